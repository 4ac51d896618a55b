package io.perdura.access;

/**
 * A token bucket that a request takes one token of.
 *
 * @param key names it in the whole cluster
 * @param rps tokens that it gains a second
 * @param capacity tokens that it holds at most
 * @param idleMs milliseconds without use after which it may be forgotten
 */
record Bucket(String key, double rps, double capacity, long idleMs) {
  /** This server's part when {@code servers} share the limit without counting together. */
  Bucket share(int servers) {
    // Below one token nothing would ever pass.
    return new Bucket(key, rps / servers, Math.max(1, capacity / servers), idleMs);
  }

  /** Milliseconds in which it fills: forgotten after that, it comes back as it was. */
  long fillMs() {
    return (long) Math.ceil(capacity / rps * 1000);
  }
}
