import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import type { Answer, Input } from "../../types.js";

/** Erasure for good, with proof. `complete: false` means that the same request goes on. */
export class Erasure {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Erases one node. */
  node(input: Input<"eraseNode">, options?: CallOptions): Call<Answer<"eraseNode">> {
    return this.#caller.call("eraseNode", input, options);
  }

  /** Erases a session and its events. */
  session(input: Input<"eraseSession">, options?: CallOptions): Call<Answer<"eraseSession">> {
    return this.#caller.call("eraseSession", input, options);
  }

  /** Erases everything in a scope. */
  scope(input: Input<"eraseScope">, options?: CallOptions): Call<Answer<"eraseScope">> {
    return this.#caller.call("eraseScope", input, options);
  }

  /** Erases every scope of a tenant. */
  tenant(input: Input<"eraseTenant">, options?: CallOptions): Call<Answer<"eraseTenant">> {
    return this.#caller.call("eraseTenant", input, options);
  }

  /** Counts what is left of a target, by table. */
  residue(input: Input<"eraseResidue">, options?: CallOptions): Call<Answer<"eraseResidue">> {
    return this.#caller.call("eraseResidue", input, options);
  }

  /** Every erasure so far; keep it apart from backups. */
  ledger(options?: CallOptions): Call<Answer<"exportErasureLedger">> {
    return this.#caller.call("exportErasureLedger", {}, options);
  }

  /** Applies the ledger again, after a restore. Repeat until `complete`. */
  replay(input: Input<"replayErasures"> = {}, options?: CallOptions): Call<Answer<"replayErasures">> {
    return this.#caller.call("replayErasures", input, options);
  }

  /** Recomputes the hashes of a scope's commits. */
  verifyChain(input: Input<"verifyChain"> = {}, options?: CallOptions): Call<Answer<"verifyChain">> {
    return this.#caller.call("verifyChain", input, options);
  }
}
