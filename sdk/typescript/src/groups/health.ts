import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import type { Answer } from "../types.js";

/** What a server is and how it does. Open to everybody. */
export class Health {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** What the server can do; never touches the database. */
  check(options?: CallOptions): Call<Answer<"health">> {
    return this.#caller.call("health", {}, options);
  }

  /** Whether the application has started. Not yet is an `ApiError` with status 503; its `body` has the checks. */
  started(options?: CallOptions): Call<Answer<"healthStarted">> {
    return this.#caller.call("healthStarted", {}, options);
  }

  /** Whether it can work: database, schema, embedding model. Not ready is an `ApiError` with status 503. */
  ready(options?: CallOptions): Call<Answer<"healthReady">> {
    return this.#caller.call("healthReady", {}, options);
  }

  /** Whether the process gets work done. If not, an `ApiError` with status 503. */
  live(options?: CallOptions): Call<Answer<"healthLive">> {
    return this.#caller.call("healthLive", {}, options);
  }

  /** Whether a load balancer should send requests. If not, an `ApiError` with status 503. */
  lbCheck(options?: CallOptions): Call<Answer<"lbCheck">> {
    return this.#caller.call("lbCheck", {}, options);
  }

  /** The API's description as this server has it. */
  openapi(options?: CallOptions): Call<Answer<"openapi">> {
    return this.#caller.call("openapi", {}, options);
  }

  /** Prometheus metrics as text; outside production only. */
  metrics(options?: CallOptions): Call<Answer<"metrics">> {
    return this.#caller.call("metrics", {}, options);
  }
}
