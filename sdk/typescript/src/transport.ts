/** A request, ready to be sent. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Aborted when the caller gives up or the attempt takes too long. */
  readonly signal: AbortSignal;
}

/** An answer; `Response` of fetch is one. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/**
 * Sends one request, without repeating it and without following redirects. Rejects when there is no answer; a rejection that
 * has, or is caused by one that has, `code: "ECONNREFUSED"` says that the server never saw the request.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** Returns a transport over a `fetch` function, the global one unless another is given. */
export function fetchTransport(fetch?: typeof globalThis.fetch): Transport {
  return ({ method, url, headers, body, signal }) => {
    const send = fetch ?? globalThis.fetch;
    // A redirect would carry the credentials to wherever it leads.
    return send(url, { method, headers: { ...headers }, body, signal, redirect: "manual" });
  };
}

const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Whether a transport's rejection proves that the server never saw the request. */
export function wasNeverSent(fault: unknown): boolean {
  if (typeof fault !== "object" || fault === null) {
    return false;
  }
  const { code, errors, cause } = fault as { code?: unknown; errors?: unknown; cause?: unknown };
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every(wasNeverSent);
  }
  return (typeof code === "string" && NEVER_SENT.has(code)) || wasNeverSent(cause);
}
