import { ApiError, PerduraError } from "../src/index.js";
import type { Expectation } from "./scenario.js";

/** A request as the proxy saw it. */
export interface Logged {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a call came to. */
export interface Result {
  readonly error?: unknown;
  readonly cancelled: boolean;
  readonly items?: readonly unknown[];
  /** Of the result, where there is one. */
  readonly requestId?: string;
  readonly elapsedMs: number;
  readonly log: readonly Logged[];
  readonly storedNodes?: number;
}

const OUTCOMES: Record<string, string> = {
  api_error: "api_error",
  network_error: "network_error",
  timeout: "timeout",
  malformed_response: "malformed",
};

/** Every difference between what was expected and what happened. */
export function differences(expect: Expectation, result: Result): string[] {
  const found: string[] = [];
  const same = (what: string, expected: unknown, actual: unknown) => {
    if (expected !== undefined && expected !== actual) {
      found.push(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
    }
  };
  const { error, log } = result;
  const refusal = error instanceof ApiError ? error : undefined;
  same("outcome", expect.outcome, outcome(result));
  same("status", expect.status, refusal?.status);
  same("code", expect.code, refusal?.code);
  same("retry_after", expect.retry_after, refusal?.retryAfter);
  same("attempts", expect.attempts, log.length);
  same("stored_nodes", expect.stored_nodes, result.storedNodes);
  if (error instanceof PerduraError) {
    same("attempts of the error", expect.attempts, error.attempts);
  }
  if (expect.issues !== undefined) {
    const told = refusal?.issues.filter((issue) => typeof issue.path === "string" && issue.message !== "") ?? [];
    same("enough issues", true, told.length >= expect.issues);
  }
  if (expect.same_idempotency_key) {
    same("idempotency keys", 1, distinct(log, "idempotency-key"));
  }
  if (expect.same_request_id) {
    same("request ids", 1, distinct(log, "x-request-id"));
    const told = error instanceof PerduraError ? error.requestId : result.requestId;
    same("the request id that is told", log[0]?.headers["x-request-id"], told);
  }
  if (expect.items !== undefined) {
    same("items", expect.items, result.items?.length);
    same("different items", expect.items, new Set(result.items?.map((item) => (item as { id: string }).id)).size);
  }
  const { min_elapsed_ms: min = 0, max_elapsed_ms: max = Number.POSITIVE_INFINITY } = expect;
  if (result.elapsedMs < min || result.elapsedMs > max) {
    found.push(`took ${Math.round(result.elapsedMs)} ms, not ${min} to ${max}`);
  }
  return found;
}

function outcome({ error, cancelled }: Result): string {
  if (error === undefined) {
    return "ok";
  }
  if (error instanceof PerduraError) {
    return OUTCOMES[error.kind] ?? error.kind;
  }
  return cancelled ? "cancelled" : error instanceof Error ? error.message : "no error";
}

/** How many values a header had in all requests; none counts as well, and spoils the one. */
function distinct(log: readonly Logged[], header: string): number {
  const values = new Set(log.map((request) => request.headers[header]));
  return values.has(undefined) || values.has("") ? 0 : values.size;
}
