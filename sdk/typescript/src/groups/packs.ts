import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import type { Answer, Input } from "../types.js";

/** A scope's memory as one document. Needs the admin token. */
export class Packs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Exports a scope. */
  export(input: Input<"exportPack"> = {}, options?: CallOptions): Call<Answer<"exportPack">> {
    return this.#caller.call("exportPack", input, options);
  }

  /** Imports a pack, or only verifies it. */
  import(input: Input<"importPack">, options?: CallOptions): Call<Answer<"importPack">> {
    return this.#caller.call("importPack", input, options);
  }
}
