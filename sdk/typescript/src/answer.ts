import type { Issue, Refusal } from "./errors.js";
import type { TransportResponse } from "./transport.js";
import type { Operation } from "./types.js";

/** A 2xx answer that is not what the API says it is. */
export class Unreadable extends Error {
  constructor(
    message: string,
    readonly status: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export function isSuccess(response: TransportResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

/** Reads a 2xx answer; undefined when it has no body, as 202 of `mcp`. */
export function readAnswer(operation: Operation, response: TransportResponse, text: string): unknown {
  if (operation.answer === "text") {
    return text;
  }
  if (response.status !== 200 && text === "") {
    return undefined;
  }
  const type = response.headers.get("content-type");
  if (!type?.toLowerCase().includes("application/json")) {
    throw new Unreadable(`the answer is ${type ?? "of no type"}, not JSON`, response.status);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Unreadable("the answer is no whole JSON", response.status, cause);
  }
}

/** Reads any other answer, whoever on the way made it. */
export function readRefusal(response: TransportResponse, text: string, now: number): Refusal {
  const body = parsed(text);
  const { error, message, details, issues } = (isObject(body) ? body : {}) as Record<string, unknown>;
  const code = typeof error === "string" && error !== "" ? error : `http_${response.status}`;
  const faults = Array.isArray(issues) ? issues.filter(isIssue) : [];
  const told =
    typeof message === "string"
      ? message
      : faults.map((fault) => `${fault.path || "body"}: ${fault.message}`).join("; ");
  const retryAfter = readRetryAfter(response.headers.get("retry-after"), now);
  return {
    status: response.status,
    code,
    message: `${response.status} ${code}: ${told || "no message"}`,
    issues: faults,
    body,
    ...(details !== undefined && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** Returns the seconds of a `retry-after`, which may be a date; undefined when there is nothing to wait for. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return seconds > 0 ? seconds : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isIssue(value: unknown): value is Issue {
  return isObject(value) && "path" in value && "message" in value;
}
