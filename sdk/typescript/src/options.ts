import { type Clock, systemClock } from "./clock.js";
import { fetchTransport, type Transport } from "./transport.js";

/** A secret, or what fetches it for each attempt. */
export type Secret = string | (() => string | Promise<string>);

/** How a client is made. Everything has a default. */
export interface PerduraOptions {
  /** Where the server is; a path in it stays. Default `http://localhost:3001`. */
  readonly baseUrl?: string;
  /** The tenant of calls that name none. */
  readonly tenantId?: string;
  /** The scope of calls that name none. */
  readonly scope?: string;
  /** Sent as `x-api-key`. */
  readonly apiKey?: Secret;
  /** A JSON Web Token, sent as `authorization: Bearer`. */
  readonly bearer?: Secret;
  /** Sent as `x-admin-token`: for packs, `admin` and debug embeddings. */
  readonly adminToken?: Secret;
  /** Headers of every attempt that needs a credential, asked for anew each time: for any other way to authenticate. */
  readonly auth?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that one attempt may take, its body included. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often a request is repeated at most, where repeating is safe. Default 2. */
  readonly maxRetries?: number;
  /** Milliseconds beyond which a `retry-after` is not waited for: the error is thrown at once. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** What sends requests. Default: the global `fetch`. */
  readonly transport?: Transport;
  /** Time and chance, for tests. */
  readonly clock?: Clock;
}

/** What one call does differently from its client. */
export interface CallOptions {
  /** Ends the call, also while it waits; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  /** A key of yours for a write, to repeat it later, from another process say. A random one otherwise. */
  readonly idempotencyKey?: string;
  /** The id in the server's logs and audit trail. A random one otherwise. */
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The options of a client, complete. */
export interface Settings extends PerduraOptions {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxRetryAfterMs: number;
  readonly transport: Transport;
  readonly clock: Clock;
}

export function settingsOf(options: PerduraOptions): Settings {
  const settings = {
    ...options,
    baseUrl: (options.baseUrl ?? "http://localhost:3001").replace(/\/+$/, ""),
    timeoutMs: options.timeoutMs ?? 10_000,
    maxRetries: options.maxRetries ?? 2,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 60_000,
    transport: options.transport ?? fetchTransport(),
    clock: options.clock ?? systemClock,
  };
  if (!/^https?:\/\/[^/?#]/.test(settings.baseUrl) || /[?#]/.test(settings.baseUrl)) {
    throw new TypeError(`baseUrl must be http://host or https://host, without query: ${settings.baseUrl}`);
  }
  checkLimits(settings.timeoutMs, settings.maxRetries);
  return settings;
}

export function checkLimits(timeoutMs: number, maxRetries: number): void {
  if (!(timeoutMs > 0)) {
    throw new RangeError(`timeoutMs must be more than 0: ${timeoutMs}`);
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new RangeError(`maxRetries must be a whole number from 0: ${maxRetries}`);
  }
}
