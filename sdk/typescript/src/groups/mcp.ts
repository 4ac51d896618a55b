import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import type { Answer, Input } from "../types.js";

/** The Model Context Protocol. */
export class Mcp {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Sends one message, or an array of them, as `body`; undefined when it needs no answer. */
  send(input: Input<"mcp">, options?: CallOptions): Call<Answer<"mcp">> {
    return this.#caller.call("mcp", input, options);
  }
}
