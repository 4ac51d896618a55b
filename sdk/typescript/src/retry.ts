import type { Clock } from "./clock.js";
import { ApiError, NetworkError, type PerduraError } from "./errors.js";
import { wasNeverSent } from "./transport.js";
import type { Operation } from "./types.js";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
const PASSING = new Set([429, 502, 503, 504]);

/** 503 codes of which the server cannot say whether the change was made. */
const IN_DOUBT = new Set(["database_unavailable", "audit_unavailable"]);

/**
 * Whether a request may be sent again after `error`. What changes nothing, and what carries an Idempotency-Key, may after
 * every fault that can pass; any other change only when nothing can have been done.
 */
export function isRepeatable(operation: Operation, error: PerduraError): boolean {
  const careful = operation.repeat === "unsent";
  if (error instanceof ApiError) {
    return careful ? wasRefusedUndone(error) : PASSING.has(error.status);
  }
  return !careful || (error instanceof NetworkError && wasNeverSent(error.cause));
}

function wasRefusedUndone(error: ApiError): boolean {
  const asked = error.retryAfter !== undefined;
  return asked && (error.status === 429 || (error.status === 503 && !IN_DOUBT.has(error.code)));
}

/** Milliseconds before the next attempt; undefined when the server asks for more than the client waits. */
export function pauseAfter(error: PerduraError, clock: Clock, maxRetryAfterMs: number): number | undefined {
  if (error instanceof ApiError && error.retryAfter !== undefined) {
    const asked = error.retryAfter * 1000;
    return asked <= maxRetryAfterMs ? asked : undefined;
  }
  return clock.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (error.attempts - 1));
}
