package io.perdura.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Time that passes when the test says so. */
final class FakeTicker implements Ticker {
  private static final class Alarm {
    private final Instant at;
    private final Runnable work;
    private final CompletableFuture<Void> future = new CompletableFuture<>();

    private Alarm(Instant at, Runnable work) {
      this.at = at;
      this.work = work;
    }
  }

  private final List<Alarm> alarms = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized Future<?> after(Duration time, Runnable work) {
    Alarm alarm = new Alarm(now.plus(time), work);
    alarms.add(alarm);
    return alarm.future;
  }

  /** Everything that falls due in this time happens, in its order. */
  void pass(Duration time) {
    Instant end = now().plus(time);
    for (Alarm next = next(end); next != null; next = next(end)) {
      next.work.run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized Alarm next(Instant end) {
    alarms.removeIf(alarm -> alarm.future.isDone());
    Alarm next =
        alarms.stream()
            .filter(alarm -> !alarm.at.isAfter(end))
            .min(Comparator.comparing((Alarm alarm) -> alarm.at))
            .orElse(null);
    if (next != null) {
      alarms.remove(next);
      now = next.at;
    }
    return next;
  }

  /** How long until the next thing happens. */
  synchronized Duration untilNext() {
    alarms.removeIf(alarm -> alarm.future.isDone());
    return alarms.stream()
        .map(alarm -> Duration.between(now, alarm.at))
        .min(Comparator.naturalOrder())
        .orElseThrow(() -> new AssertionError("nothing is to happen"));
  }

  synchronized boolean isIdle() {
    alarms.removeIf(alarm -> alarm.future.isDone());
    return alarms.isEmpty();
  }
}
