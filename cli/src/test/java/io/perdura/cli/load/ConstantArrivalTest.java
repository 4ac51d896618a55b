package io.perdura.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConstantArrivalTest {
  @Test
  void everyCallIsCountedAsWhatItIs() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    LoadResult load =
        new ConstantArrival(100, 0.2, 1)
            .run(i -> {
              calls.incrementAndGet();
              return i % 4 == 0 ? 429 : i % 4 == 1 ? 500 : 200;
            });
    assertThat(calls).hasValue(120);
    assertThat(load.calls()).isEqualTo(100);
    assertThat(load.limited()).isEqualTo(25);
    assertThat(load.succeeded()).isEqualTo(50);
    assertThat(load.errorRate()).as("of the 75 that were let in").isEqualTo(25 / 75.0);
  }

  @Test
  void callsDoNotWaitForEachOther() throws InterruptedException {
    long start = System.nanoTime();
    LoadResult load = new ConstantArrival(50, 0, 1).run(i -> pause(300));
    assertThat((System.nanoTime() - start) / 1e9).isLessThan(3);
    assertThat(load.millis(0.5)).isGreaterThanOrEqualTo(299);
  }

  @Test
  void aStallIsChargedToEverybodyWhoWouldHaveWaited() throws InterruptedException {
    Object onlyOne = new Object();
    AtomicLong served = new AtomicLong();
    LoadResult load =
        new ConstantArrival(50, 0, 1)
            .run(i -> {
              synchronized (onlyOne) {
                return served.getAndIncrement() == 0 ? pause(600) : 200;
              }
            });
    assertThat(load.millis(0.5)).as("half of the callers came during the stall").isGreaterThan(50);
  }

  @Test
  void callsThatBreakOffAreFailures() throws InterruptedException {
    LoadResult load =
        new ConstantArrival(50, 0, 0.2)
            .run(i -> {
              throw new IllegalStateException("gone");
            });
    assertThat(load.failed()).isEqualTo(10);
    assertThat(load.errorRate()).isEqualTo(1);
  }

  @Test
  void whenEverybodyIsTurnedAwayNothingIsFine() throws InterruptedException {
    LoadResult load = new ConstantArrival(50, 0, 0.2).run(i -> 429);
    assertThat(load.succeeded()).isZero();
    assertThat(load.errorRate()).isEqualTo(1);
    assertThat(load.describe("x").at("/by_status/429").asLong()).isEqualTo(10);
  }

  private static int pause(long millis) {
    try {
      Thread.sleep(millis);
      return 200;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }
}
