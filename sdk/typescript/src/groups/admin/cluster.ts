import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import type { Answer, Input } from "../../types.js";

/** The servers. */
export class Cluster {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
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
