import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import type { Answer, Input } from "../../types.js";
import { ApiKeys, AuditEvents, Credentials, Projects, Quotas, Tenants } from "./control.js";
import { Erase } from "./erase.js";
import { Jobs, Schedules } from "./jobs.js";
import { Alerts, Dashboard, Incidents } from "./reports.js";

/** Tenants and what is theirs. Needs the admin token. */
export class Control {
  readonly tenants: Tenants;
  readonly projects: Projects;
  readonly apiKeys: ApiKeys;
  readonly quotas: Quotas;
  readonly alerts: Alerts;
  readonly incidents: Incidents;
  readonly dashboard: Dashboard;
  readonly credentials: Credentials;
  readonly auditEvents: AuditEvents;

  constructor(caller: Caller) {
    this.tenants = new Tenants(caller);
    this.projects = new Projects(caller);
    this.apiKeys = new ApiKeys(caller);
    this.quotas = new Quotas(caller);
    this.alerts = new Alerts(caller);
    this.incidents = new Incidents(caller);
    this.dashboard = new Dashboard(caller);
    this.credentials = new Credentials(caller);
    this.auditEvents = new AuditEvents(caller);
  }
}

/** Administration. Needs the admin token. */
export class Admin {
  readonly erase: Erase;
  readonly control: Control;
  readonly jobs: Jobs;
  readonly schedules: Schedules;
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.erase = new Erase(caller);
    this.control = new Control(caller);
    this.jobs = new Jobs(caller);
    this.schedules = new Schedules(caller);
  }

  /** Recomputes the hashes of a scope's commits. */
  verifyChain(input: Input<"verifyChain"> = {}, options?: CallOptions): Call<Answer<"verifyChain">> {
    return this.#caller.call("verifyChain", input, options);
  }

  /** The servers that are alive. */
  members(options?: CallOptions): Call<Answer<"listMembers">> {
    return this.#caller.call("listMembers", {}, options);
  }

  /** What the server that answers runs with, without secrets. */
  configuration(options?: CallOptions): Call<Answer<"getConfiguration">> {
    return this.#caller.call("getConfiguration", {}, options);
  }

  /** Takes the server that answers out of its load balancers, or back in. */
  drain(input: Input<"drain"> = {}, options?: CallOptions): Call<Answer<"drain">> {
    return this.#caller.call("drain", input, options);
  }
}
