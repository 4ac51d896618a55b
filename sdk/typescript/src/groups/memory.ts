import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import { items } from "../paging.js";
import type { Answer, Input, Item } from "../types.js";

/** Write, find and recall; keep warm what is used. */
export class Memory {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Writes nodes and edges as one commit. */
  write(input: Input<"write">, options?: CallOptions): Call<Answer<"write">> {
    return this.#caller.call("write", input, options);
  }

  /** Finds nodes by exact filters, newest first: one page. */
  find(input: Input<"find"> = {}, options?: CallOptions): Call<Answer<"find">> {
    return this.#caller.call("find", input, options);
  }

  /** Every item of `find`, page after page. */
  findAll(input: Input<"find"> = {}, options?: CallOptions): AsyncGenerator<Item<"find">, void, undefined> {
    return items(this.#caller, "find", input, options);
  }

  /** Recalls by a query vector. */
  recall(input: Input<"recall">, options?: CallOptions): Call<Answer<"recall">> {
    return this.#caller.call("recall", input, options);
  }

  /** Recalls by a question in words; `context.text` is for a prompt. */
  recallText(input: Input<"recallText">, options?: CallOptions): Call<Answer<"recallText">> {
    return this.#caller.call("recallText", input, options);
  }

  /** Brings nodes back to a warmer tier. */
  rehydrate(input: Input<"rehydrate">, options?: CallOptions): Call<Answer<"rehydrate">> {
    return this.#caller.call("rehydrate", input, options);
  }

  /** Tells which nodes were used and whether they helped. */
  activate(input: Input<"activateNodes">, options?: CallOptions): Call<Answer<"activateNodes">> {
    return this.#caller.call("activateNodes", input, options);
  }
}
