package io.perdura.embedding;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text could not be turned into vectors. Says what kind of failure it was, whether trying the same
 * text later makes sense, and keeps the vectors that did arrive.
 *
 * <p>The message is for the person on call: it may quote the provider's answer, so it never goes to
 * a client.
 */
public final class EmbeddingFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The classes of failure, also the values of the metrics' tag {@code outcome}. */
  public enum Kind {
    /** The provider asks for fewer calls. */
    THROTTLED,
    /** No usable answer in time: network, timeout, 5xx, open circuit, model not loaded. */
    UNAVAILABLE,
    /** The provider refused the request, or its answer makes no sense. */
    BAD_RESPONSE,
    /** A vector is not as long as this deployment is configured for. */
    WRONG_DIMENSION;

    /** Returns the lower-case name used in metrics and stored errors. */
    public String label() {
      return switch (this) {
        case THROTTLED -> "throttled";
        case UNAVAILABLE -> "unavailable";
        case BAD_RESPONSE -> "bad_response";
        case WRONG_DIMENSION -> "wrong_dimension";
      };
    }
  }

  private final Kind kind;
  private final int status;
  private final boolean retryable;
  private final Duration retryAfter;
  private final transient List<float[]> partial;

  private EmbeddingFailure(
      Kind kind,
      int status,
      boolean retryable,
      Duration retryAfter,
      List<float[]> partial,
      String message,
      Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.status = status;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    this.partial = partial;
  }

  /** The provider asks to slow down; {@code retryAfter} null when it does not say for how long. */
  public static EmbeddingFailure throttled(int status, Duration retryAfter, String message) {
    return new EmbeddingFailure(Kind.THROTTLED, status, true, retryAfter, null, message, null);
  }

  /** No usable answer; {@code status} 0 when there was no HTTP answer at all. */
  public static EmbeddingFailure unavailable(int status, String message, Throwable cause) {
    return new EmbeddingFailure(Kind.UNAVAILABLE, status, true, null, null, message, cause);
  }

  /**
   * The provider refused the request with {@code status}. Retryable unless the status blames the
   * text itself (400, 413, 422): a wrong key or a missing model is mended by an operator, and no
   * memory may be lost to it meanwhile.
   */
  public static EmbeddingFailure refused(int status, String message) {
    boolean blamesText = status == 400 || status == 413 || status == 422;
    return new EmbeddingFailure(Kind.BAD_RESPONSE, status, !blamesText, null, null, message, null);
  }

  /** The provider answered with success, but not with what was asked for. */
  public static EmbeddingFailure nonsense(String message, Throwable cause) {
    return new EmbeddingFailure(Kind.BAD_RESPONSE, 0, true, null, null, message, cause);
  }

  /**
   * A vector of another length than configured. Not retryable: the provider runs another model, and
   * its vectors belong to another generation.
   */
  public static EmbeddingFailure wrongDimension(int expected, int actual) {
    return new EmbeddingFailure(
        Kind.WRONG_DIMENSION,
        0,
        false,
        null,
        null,
        "the provider returned a vector of "
            + actual
            + " values where "
            + expected
            + " are configured (EMBEDDING_DIM)",
        null);
  }

  /** Returns this failure with the wait that the provider asked for. */
  EmbeddingFailure after(Duration wait) {
    return new EmbeddingFailure(kind, status, retryable, wait, partial, getMessage(), getCause());
  }

  /** Returns this failure with the vectors that did arrive: one entry a text, null = none. */
  public EmbeddingFailure with(List<float[]> arrived) {
    return new EmbeddingFailure(kind, status, retryable, retryAfter, arrived, getMessage(), this);
  }

  public Kind kind() {
    return kind;
  }

  /** Returns the provider's HTTP status, when its failing answer had one. */
  public OptionalInt providerStatus() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /**
   * Tells whether the same text may succeed later. False means that it never will, with this
   * configuration.
   */
  public boolean isRetryable() {
    return retryable;
  }

  /** Tells whether trying again at once, within the same call, is worth it. */
  boolean isTransient() {
    return kind == Kind.THROTTLED || kind == Kind.UNAVAILABLE;
  }

  /** Returns how long the provider asked to wait, when it did. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns the vectors that arrived in spite of the failure, when any did: one entry for each text
   * of the call, null for those that failed.
   */
  public Optional<List<float[]>> partial() {
    return Optional.ofNullable(partial);
  }
}
