import { isSuccess, readAnswer, readRefusal, Unreadable } from "./answer.js";
import {
  ApiError,
  type Failure,
  MalformedResponseError,
  NetworkError,
  type PerduraError,
  TimeoutError,
} from "./errors.js";
import type { Settings } from "./options.js";
import type { Prepared } from "./request.js";
import { wasNeverSent } from "./transport.js";
import type { Operation } from "./types.js";

/** What one attempt came to. */
export interface Received {
  readonly data: unknown;
  readonly status: number;
  readonly requestId: string | null;
  readonly replayed: boolean;
}

const LATE = Symbol("late");

/**
 * Sends a request once and reads the whole answer, all within one time limit.
 *
 * @throws PerduraError for whatever goes wrong on the way, and the reason of `signal` when that is aborted
 */
export async function attempt(
  operation: Operation,
  request: Prepared,
  settings: Settings,
  limits: { timeoutMs: number; signal?: AbortSignal },
  failure: Failure,
): Promise<Received> {
  const { signal } = limits;
  const controller = new AbortController();
  const given = () => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", given, { once: true });
  const stopTimer = settings.clock.after(limits.timeoutMs, () => controller.abort(LATE));
  try {
    return await untilAborted(controller.signal, exchange(operation, request, settings, controller.signal, failure));
  } catch (fault) {
    signal?.throwIfAborted();
    throw controller.signal.reason === LATE
      ? new TimeoutError(`no whole answer within ${limits.timeoutMs} ms`, failure)
      : classified(fault, failure);
  } finally {
    stopTimer();
    signal?.removeEventListener("abort", given);
    // What is still being read of an answer that nobody waits for.
    controller.abort(LATE);
  }
}

async function exchange(
  operation: Operation,
  request: Prepared,
  settings: Settings,
  signal: AbortSignal,
  failure: Failure,
): Promise<Received> {
  const response = await settings.transport({ ...request, signal });
  const text = await response.text();
  if (!isSuccess(response)) {
    throw new ApiError(readRefusal(response, text, settings.clock.now()), failure);
  }
  return {
    data: readAnswer(operation, response, text),
    status: response.status,
    requestId: response.headers.get("x-request-id"),
    replayed: response.headers.get("idempotency-replayed") === "true",
  };
}

/** A transport may ignore its signal; a call does not. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function classified(fault: unknown, failure: Failure): PerduraError {
  if (fault instanceof ApiError) {
    return fault;
  }
  if (fault instanceof Unreadable) {
    return new MalformedResponseError(fault.message, fault.status, failure, fault.cause);
  }
  const what = wasNeverSent(fault) ? "the server cannot be reached" : "the connection failed";
  return new NetworkError(`${what}: ${innermost(fault)}`, failure, fault);
}

/** `fetch` says no more than that it failed; its cause says why. */
function innermost(fault: unknown): string {
  if (!(fault instanceof Error)) {
    return String(fault);
  }
  return fault.cause instanceof Error
    ? innermost(fault.cause)
    : fault.message || String((fault as { code?: unknown }).code);
}
