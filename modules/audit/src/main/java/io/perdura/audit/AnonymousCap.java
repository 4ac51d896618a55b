package io.perdura.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Lets so many rows a minute through; what was held back is told in one row afterwards. Without it
 * whoever has no credential could fill the trail.
 */
final class AnonymousCap {
  private final int perMinute;
  private Instant minute = Instant.EPOCH;
  private int passed;
  private long held;
  private long total;

  AnonymousCap(int perMinute) {
    this.perMinute = perMinute;
  }

  /** Tells whether a row may be written now. */
  synchronized boolean pass(Instant now) {
    Instant current = now.truncatedTo(ChronoUnit.MINUTES);
    if (!current.equals(minute)) {
      minute = current;
      passed = 0;
    }
    if (passed < perMinute) {
      passed++;
      return true;
    }
    held++;
    total++;
    return false;
  }

  /** Returns how many rows were held back in minutes that are over, and forgets them. */
  synchronized long heldBefore(Instant now) {
    if (held == 0 || now.truncatedTo(ChronoUnit.MINUTES).equals(minute)) {
      return 0;
    }
    long count = held;
    held = 0;
    return count;
  }

  /** Takes back what {@link #heldBefore} returned and nobody wrote down. */
  synchronized void stillHeld(long count) {
    held += count;
  }

  /** Returns what is held back however young it is, and forgets it. */
  synchronized long heldAtAll() {
    long count = held;
    held = 0;
    return count;
  }

  /** Rows held back since the start. */
  synchronized long total() {
    return total;
  }
}
