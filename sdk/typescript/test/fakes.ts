import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import {
  type CallOptions,
  type Clock,
  Perdura,
  PerduraError,
  type PerduraOptions,
  type TransportRequest,
  type TransportResponse,
} from "../src/index.js";

/** An answer of a fake server, a fault of the connection, or silence. */
export type Script =
  | { status: number; headers?: Record<string, string>; body?: unknown; text?: string; bodyFails?: Error }
  | Error
  | "silence"
  | "silence without a signal";

/** Time that stands still until somebody waits for it; chance that is always the same. */
export class FakeClock implements Clock {
  chance = 1;
  #now = Date.UTC(2026, 0, 1);
  readonly #began = this.#now;
  #timers: { at: number; then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  get elapsed(): number {
    return this.#now - this.#began;
  }

  get pending(): number {
    return this.#timers.length;
  }

  random(): number {
    return this.chance;
  }

  after(milliseconds: number, then: () => void): () => void {
    const timer = { at: this.#now + milliseconds, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass until `work` is settled; a timer goes off when nothing else can happen. */
  async until<T>(work: PromiseLike<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    for (let idle = 0; !settled && idle < 10; idle++) {
      await setImmediate();
      const next = this.#timers.sort((a, b) => a.at - b.at)[0];
      if (!settled && next) {
        this.#timers = this.#timers.filter((one) => one !== next);
        this.#now = next.at;
        next.then();
        idle = 0;
      }
    }
    if (!settled) {
      throw new Error("the call waits for something that never comes");
    }
    return work;
  }
}

/** A server that answers as written, and what it was asked. */
export class FakeServer {
  readonly requests: TransportRequest[] = [];
  readonly clock = new FakeClock();
  readonly client: Perdura;
  readonly #script: Script[];

  constructor(script: Script[], options: PerduraOptions = {}) {
    this.#script = script;
    this.client = new Perdura({ transport: (request) => this.#answer(request), clock: this.clock, ...options });
  }

  get attempts(): number {
    return this.requests.length;
  }

  /** Lets the call fail. */
  async failure(call: PromiseLike<unknown>): Promise<PerduraError> {
    const error = await this.clock.until(call).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PerduraError, `not a failure of ours: ${String(error)}`);
    return error;
  }

  header(name: string): (string | undefined)[] {
    return this.requests.map((request) => request.headers[name]);
  }

  body(index = 0): unknown {
    return JSON.parse(this.requests[index]?.body ?? "null");
  }

  async #answer(request: TransportRequest): Promise<TransportResponse> {
    this.requests.push(request);
    const next = this.#script[Math.min(this.requests.length, this.#script.length) - 1] ?? ok({});
    if (next instanceof Error) {
      throw next;
    }
    if (next === "silence") {
      return silence(request.signal);
    }
    if (next === "silence without a signal") {
      return new Promise(() => {});
    }
    const headers = new Headers({ "content-type": "application/json; charset=utf-8", ...next.headers });
    const written = next.text ?? (next.body === undefined ? "" : JSON.stringify(next.body));
    const text = () => (next.bodyFails ? Promise.reject(next.bodyFails) : Promise.resolve(written));
    return { status: next.status, headers, text };
  }
}

export function ok(body: unknown, headers: Record<string, string> = {}): Script {
  return { status: 200, body, headers };
}

export function refused(
  status: number,
  error: string,
  headers: Record<string, string> = {},
  details?: unknown,
): Script {
  return { status, headers, body: { error, message: `told: ${error}`, ...(details !== undefined && { details }) } };
}

/** As fetch of Node reports that nobody listens. */
export function nobodyListens(): Error {
  const cause = Object.assign(new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]), {
    code: "ECONNREFUSED",
  });
  return new TypeError("fetch failed", { cause });
}

/** As fetch of Node reports a connection that ended without an answer. */
export function hungUp(): Error {
  return new TypeError("fetch failed", { cause: coded("UND_ERR_SOCKET", "other side closed") });
}

function coded(code: string, message = `connect ${code} 127.0.0.1:3001`): Error {
  return Object.assign(new Error(message), { code });
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** The three kinds of calls: one that changes nothing, one with a key, one that changes something and has none. */
export const KINDS = {
  safe: (client: Perdura, options?: CallOptions) => client.memory.find({}, options),
  keyed: (client: Perdura, options?: CallOptions) => client.memory.write({ input_text: "x" }, options),
  careful: (client: Perdura, options?: CallOptions) => client.admin.tenants.put({ tenant_id: "acme" }, options),
} as const;
