package io.perdura.access;

/**
 * Whether a request passes its buckets.
 *
 * @param denied position of the bucket that has no token, -1 when all had one
 * @param retryAfterMs milliseconds until that bucket has one
 */
record Decision(int denied, long retryAfterMs) {
  static final Decision ADMITTED = new Decision(-1, 0);

  boolean admitted() {
    return denied < 0;
  }
}
