package io.perdura.embedding;

/** The vector of a query and where it came from. */
public final class QueryVector {
  /** Where a vector came from. */
  public enum Source {
    /** Computed before and kept. */
    CACHE,
    /** Computed by another caller who asked for the same text at the same time. */
    FLIGHT,
    /** Computed by the provider for this call. */
    PROVIDER;

    /** Returns the lower-case name used in metrics and answers. */
    public String label() {
      return switch (this) {
        case CACHE -> "cache";
        case FLIGHT -> "flight";
        case PROVIDER -> "provider";
      };
    }
  }

  private final float[] values;
  private final String provider;
  private final Source source;

  QueryVector(float[] values, String provider, Source source) {
    this.values = values;
    this.provider = provider;
    this.source = source;
  }

  /** Returns the vector itself, shared with other callers: never change it. */
  public float[] values() {
    return values;
  }

  /** Returns the name of the provider, the contract's {@code query.embedding_provider}. */
  public String provider() {
    return provider;
  }

  public Source source() {
    return source;
  }
}
