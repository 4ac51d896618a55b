import type { Call } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallOptions } from "../options.js";
import type { Answer, Input } from "../types.js";

/** Rules of a scope. */
export class Rules {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Says whether a rule helped. */
  feedback(input: Input<"ruleFeedback">, options?: CallOptions): Call<Answer<"ruleFeedback">> {
    return this.#caller.call("ruleFeedback", input, options);
  }

  /** Puts a rule in force, on trial or out of force. */
  setState(input: Input<"setRuleState">, options?: CallOptions): Call<Answer<"setRuleState">> {
    return this.#caller.call("setRuleState", input, options);
  }

  /** Matches the rules of a scope against a context. */
  evaluate(input: Input<"evaluateRules"> = {}, options?: CallOptions): Call<Answer<"evaluateRules">> {
    return this.#caller.call("evaluateRules", input, options);
  }
}

/** The choice of tools. */
export class Tools {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Chooses a tool by the rules in force, and remembers the decision. */
  select(input: Input<"selectTool">, options?: CallOptions): Call<Answer<"selectTool">> {
    return this.#caller.call("selectTool", input, options);
  }

  /** Looks a decision up. */
  decision(input: Input<"toolDecision">, options?: CallOptions): Call<Answer<"toolDecision">> {
    return this.#caller.call("toolDecision", input, options);
  }

  /** Says whether the choice helped; credits the rules that made it. */
  feedback(input: Input<"toolFeedback">, options?: CallOptions): Call<Answer<"toolFeedback">> {
    return this.#caller.call("toolFeedback", input, options);
  }
}

/** What a planner needs for its next step. */
export class Planning {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Recall, rules and a tool in one answer. */
  context(input: Input<"planningContext">, options?: CallOptions): Call<Answer<"planningContext">> {
    return this.#caller.call("planningContext", input, options);
  }
}
