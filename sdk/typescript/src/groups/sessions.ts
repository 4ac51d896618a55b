import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import { items } from "../paging.js";
import type { Answer, Input, Item } from "../types.js";

/** Sessions and their events. */
export class Sessions {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Creates a session; repeating it changes nothing. */
  create(input: Input<"createSession">, options?: CallOptions): Call<Answer<"createSession">> {
    return this.#caller.call("createSession", input, options);
  }

  /** Appends an event to a session, which is created on demand. */
  appendEvent(input: Input<"appendEvent">, options?: CallOptions): Call<Answer<"appendEvent">> {
    return this.#caller.call("appendEvent", input, options);
  }

  /** Lists events of a session, newest first: one page. */
  events(input: Input<"listSessionEvents">, options?: CallOptions): Call<Answer<"listSessionEvents">> {
    return this.#caller.call("listSessionEvents", input, options);
  }

  /** Every item of `events`, page after page. */
  allEvents(
    input: Input<"listSessionEvents">,
    options?: CallOptions,
  ): AsyncGenerator<Item<"listSessionEvents">, void, undefined> {
    return items(this.#caller, "listSessionEvents", input, options);
  }
}
