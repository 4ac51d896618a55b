package io.perdura.access;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes only when a test says so. */
final class ManualClock implements LongSupplier {
  private final AtomicLong nanos = new AtomicLong(-5);

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  void pass(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
