import type { Call } from "./call.js";
import { Caller } from "./caller.js";
import { Admin } from "./groups/admin/index.js";
import { Health } from "./groups/health.js";
import { Mcp } from "./groups/mcp.js";
import { Memory } from "./groups/memory.js";
import { Packs } from "./groups/packs.js";
import { Planning, Rules, Tools } from "./groups/policy.js";
import { Sessions } from "./groups/sessions.js";
import type { CallOptions, PerduraOptions } from "./options.js";
import { items } from "./paging.js";
import type { Answer, Input, Item, OperationId, PagedId } from "./types.js";

/** A client of one server or cluster. It has no state of its own and can be shared. */
export class Perdura {
  readonly memory: Memory;
  readonly sessions: Sessions;
  readonly packs: Packs;
  readonly rules: Rules;
  readonly tools: Tools;
  readonly planning: Planning;
  readonly mcp: Mcp;
  readonly health: Health;
  readonly admin: Admin;
  readonly #caller: Caller;

  constructor(options: PerduraOptions = {}) {
    const caller = new Caller(options);
    this.#caller = caller;
    this.memory = new Memory(caller);
    this.sessions = new Sessions(caller);
    this.packs = new Packs(caller);
    this.rules = new Rules(caller);
    this.tools = new Tools(caller);
    this.planning = new Planning(caller);
    this.mcp = new Mcp(caller);
    this.health = new Health(caller);
    this.admin = new Admin(caller);
  }

  /** Calls an operation by its name in the API's description. */
  call<K extends OperationId>(id: K, input: Input<K>, options?: CallOptions): Call<Answer<K>> {
    return this.#caller.call(id, input, options);
  }

  /** Yields the items of a list that goes on, by the operation's name. */
  items<K extends PagedId>(id: K, input: Input<K>, options?: CallOptions): AsyncGenerator<Item<K>, void, undefined> {
    return items(this.#caller, id, input, options);
  }
}
