/** A field that the server found wrong. */
export interface Issue {
  /** Dot-joined with array indexes; empty for a rule of the whole object. */
  readonly path: string;
  readonly message: string;
}

/** What is known of a call that failed. */
export interface Failure {
  readonly requestId: string;
  /** How often the request was sent, the last time included. */
  readonly attempts: number;
}

/** The parent of everything that a call throws, except the reason of an abort and wrong arguments. */
export abstract class PerduraError extends Error implements Failure {
  /** What went wrong, for code that does not want to ask for classes. */
  abstract readonly kind: "api_error" | "network_error" | "timeout" | "malformed_response";
  readonly requestId: string;
  readonly attempts: number;

  constructor(message: string, failure: Failure, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.requestId = failure.requestId;
    this.attempts = failure.attempts;
  }
}

/** An answer other than success, as far as it could be read. */
export interface Refusal {
  readonly status: number;
  /** `error` of the body, or `http_<status>` where there is none. */
  readonly code: string;
  readonly message: string;
  /** What the code is about; undefined when the server had nothing to add. */
  readonly details?: unknown;
  /** The fields that are wrong, all at once; empty for other refusals. */
  readonly issues: readonly Issue[];
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;
  /** The body: JSON where it was, else its text. */
  readonly body: unknown;
}

/** The server answered, and it did not do what was asked. */
export class ApiError extends PerduraError implements Refusal {
  override readonly name = "ApiError";
  readonly kind = "api_error";
  readonly status: number;
  readonly code: string;
  readonly details?: unknown;
  readonly issues: readonly Issue[];
  readonly retryAfter?: number;
  readonly body: unknown;

  constructor(refusal: Refusal, failure: Failure) {
    super(refusal.message, failure);
    this.status = refusal.status;
    this.code = refusal.code;
    this.details = refusal.details;
    this.issues = refusal.issues;
    this.retryAfter = refusal.retryAfter;
    this.body = refusal.body;
  }
}

/** The server could not be reached, or the connection broke. Whether a change was made is unknown; repeating a keyed one is safe. */
export class NetworkError extends PerduraError {
  override readonly name = "NetworkError";
  readonly kind = "network_error";
}

/** No whole answer in time. Whether a change was made is unknown; repeating a keyed one is safe. */
export class TimeoutError extends PerduraError {
  override readonly name = "TimeoutError";
  readonly kind = "timeout";
}

/** An answer that says success and cannot be read. */
export class MalformedResponseError extends PerduraError {
  override readonly name = "MalformedResponseError";
  readonly kind = "malformed_response";
  readonly status: number;

  constructor(message: string, status: number, failure: Failure, cause?: unknown) {
    super(message, failure, cause);
    this.status = status;
  }
}
