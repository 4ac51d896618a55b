package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A caller's wish that a write happens at most once: its Idempotency-Key, owned by tenant,
 * principal and route, and the canonical hash of the body it came with.
 *
 * @param key null when the caller sent none: the write then simply runs
 */
public record Once(String tenant, String principal, String route, String key, String bodySha256) {
  /** A write without a key. */
  public static final Once UNKEYED = new Once("", "", "", null, "");

  public boolean isKeyed() {
    return key != null;
  }

  /**
   * The answer of a write.
   *
   * @param replayed true when it was stored by an earlier request with the same key
   */
  public record Answer(JsonNode body, boolean replayed) {}
}
