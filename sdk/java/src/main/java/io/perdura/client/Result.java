package io.perdura.client;

/** What a call brought, and how. */
public final class Result<T> {
  private final T value;
  private final int status;
  private final String requestId;
  private final int attempts;
  private final boolean replayed;

  Result(T value, int status, String requestId, int attempts, boolean replayed) {
    this.value = value;
    this.status = status;
    this.requestId = requestId;
    this.attempts = attempts;
    this.replayed = replayed;
  }

  /** The body; null when there was none. */
  public T value() {
    return value;
  }

  /** The status of HTTP. */
  public int status() {
    return status;
  }

  /** The {@code x-request-id}: what the server's log knows the call by. */
  public String requestId() {
    return requestId;
  }

  /** How often the request was sent. */
  public int attempts() {
    return attempts;
  }

  /** Whether an earlier request with the same Idempotency-Key did it, and this is its answer. */
  public boolean replayed() {
    return replayed;
  }

  @Override
  public String toString() {
    return "Result{status="
        + status
        + ", requestId="
        + requestId
        + ", attempts="
        + attempts
        + ", value="
        + value
        + "}";
  }
}
