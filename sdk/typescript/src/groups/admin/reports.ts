import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import { items } from "../../paging.js";
import type { Answer, Input, Item } from "../../types.js";

/** Where alerts go and what became of them. */
export class Alerts {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Says where a tenant's alerts go. */
  createRoute(input: Input<"createAlertRoute">, options?: CallOptions): Call<Answer<"createAlertRoute">> {
    return this.#caller.call("createAlertRoute", input, options);
  }

  /** Routes, values of headers masked: one page. */
  routes(input: Input<"listAlertRoutes"> = {}, options?: CallOptions): Call<Answer<"listAlertRoutes">> {
    return this.#caller.call("listAlertRoutes", input, options);
  }

  /** Every item of `routes`, page after page. */
  allRoutes(
    input: Input<"listAlertRoutes"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listAlertRoutes">, void, undefined> {
    return items(this.#caller, "listAlertRoutes", input, options);
  }

  /** Switches a route on or off. */
  setRouteStatus(input: Input<"setAlertRouteStatus">, options?: CallOptions): Call<Answer<"setAlertRouteStatus">> {
    return this.#caller.call("setAlertRouteStatus", input, options);
  }

  /** What became of alerts: one page. */
  deliveries(input: Input<"listAlertDeliveries"> = {}, options?: CallOptions): Call<Answer<"listAlertDeliveries">> {
    return this.#caller.call("listAlertDeliveries", input, options);
  }

  /** Every item of `deliveries`, page after page. */
  allDeliveries(
    input: Input<"listAlertDeliveries"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listAlertDeliveries">, void, undefined> {
    return items(this.#caller, "listAlertDeliveries", input, options);
  }
}

/** Publishing of incidents' evidence. */
export class Incidents {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Queues evidence for publishing; the same tenant, run and target are one job. */
  publish(input: Input<"enqueueIncidentPublish">, options?: CallOptions): Call<Answer<"enqueueIncidentPublish">> {
    return this.#caller.call("enqueueIncidentPublish", input, options);
  }

  /** Publish jobs: one page. */
  jobs(input: Input<"listIncidentPublishJobs"> = {}, options?: CallOptions): Call<Answer<"listIncidentPublishJobs">> {
    return this.#caller.call("listIncidentPublishJobs", input, options);
  }

  /** Every item of `jobs`, page after page. */
  allJobs(
    input: Input<"listIncidentPublishJobs"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listIncidentPublishJobs">, void, undefined> {
    return items(this.#caller, "listIncidentPublishJobs", input, options);
  }

  /** Lets failed jobs begin again, or tells which would. */
  replay(input: Input<"replayIncidentPublish"> = {}, options?: CallOptions): Call<Answer<"replayIncidentPublish">> {
    return this.#caller.call("replayIncidentPublish", input, options);
  }
}

/** Figures of a tenant. */
export class Reports {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** A tenant at a glance. */
  dashboard(input: Input<"getTenantDashboard">, options?: CallOptions): Call<Answer<"getTenantDashboard">> {
    return this.#caller.call("getTenantDashboard", input, options);
  }

  /** What was published lately, replayed, or failed. */
  incidentRollup(
    input: Input<"getIncidentPublishRollup">,
    options?: CallOptions,
  ): Call<Answer<"getIncidentPublishRollup">> {
    return this.#caller.call("getIncidentPublishRollup", input, options);
  }

  /** Whether publishing is worse than usual. */
  incidentSlo(input: Input<"getIncidentPublishSlo">, options?: CallOptions): Call<Answer<"getIncidentPublishSlo">> {
    return this.#caller.call("getIncidentPublishSlo", input, options);
  }

  /** Requests by the hour: one page. */
  timeseries(input: Input<"getTenantTimeseries">, options?: CallOptions): Call<Answer<"getTenantTimeseries">> {
    return this.#caller.call("getTenantTimeseries", input, options);
  }

  /** Every item of `timeseries`, page after page. */
  allTimeseries(
    input: Input<"getTenantTimeseries">,
    options?: CallOptions,
  ): AsyncGenerator<Item<"getTenantTimeseries">, void, undefined> {
    return items(this.#caller, "getTenantTimeseries", input, options);
  }

  /** Managed keys that behave unlike before: one page. */
  keyUsage(input: Input<"getTenantKeyUsage">, options?: CallOptions): Call<Answer<"getTenantKeyUsage">> {
    return this.#caller.call("getTenantKeyUsage", input, options);
  }

  /** Every item of `keyUsage`, page after page. */
  allKeyUsage(
    input: Input<"getTenantKeyUsage">,
    options?: CallOptions,
  ): AsyncGenerator<Item<"getTenantKeyUsage">, void, undefined> {
    return items(this.#caller, "getTenantKeyUsage", input, options);
  }

  /** Requests, recalls and pending events of a tenant. */
  diagnostics(input: Input<"getTenantDiagnostics">, options?: CallOptions): Call<Answer<"getTenantDiagnostics">> {
    return this.#caller.call("getTenantDiagnostics", input, options);
  }
}
