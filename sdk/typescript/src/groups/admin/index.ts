import type { Caller } from "../../caller.js";
import { Cluster } from "./cluster.js";
import { ApiKeys, Audit, Credentials, Tenants } from "./control.js";
import { Erasure } from "./erasure.js";
import { Jobs, Schedules } from "./jobs.js";
import { Alerts, Incidents, Reports } from "./reports.js";

/** Administration. Needs the admin token. */
export class Admin {
  readonly erasure: Erasure;
  readonly cluster: Cluster;
  readonly tenants: Tenants;
  readonly apiKeys: ApiKeys;
  readonly alerts: Alerts;
  readonly incidents: Incidents;
  readonly reports: Reports;
  readonly credentials: Credentials;
  readonly jobs: Jobs;
  readonly schedules: Schedules;
  readonly audit: Audit;

  constructor(caller: Caller) {
    this.erasure = new Erasure(caller);
    this.cluster = new Cluster(caller);
    this.tenants = new Tenants(caller);
    this.apiKeys = new ApiKeys(caller);
    this.alerts = new Alerts(caller);
    this.incidents = new Incidents(caller);
    this.reports = new Reports(caller);
    this.credentials = new Credentials(caller);
    this.jobs = new Jobs(caller);
    this.schedules = new Schedules(caller);
    this.audit = new Audit(caller);
  }
}
