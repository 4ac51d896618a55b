package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class PurgeTest {
  private final Deque<Integer> counts = new ArrayDeque<>();

  private int next() {
    return counts.remove();
  }

  @Test
  void goesOnUntilAStatementFindsLessThanItMayDelete() {
    counts.addAll(List.of(10, 10, 3, 10));

    assertThat(Purge.repeat(10, this::next)).isEqualTo(23);
    assertThat(counts).hasSize(1);
  }

  @Test
  void oneStatementIsEnoughWhenNothingIsDue() {
    counts.addAll(List.of(0, 10));

    assertThat(Purge.repeat(10, this::next)).isZero();
    assertThat(counts).hasSize(1);
  }

  @Test
  void leavesTheRestWhenItsTimeIsOver() {
    counts.addAll(List.of(10, 10, 0));

    Deadline.run(Duration.ZERO, () -> assertThat(Purge.repeat(10, this::next)).isEqualTo(10));
    assertThat(counts).hasSize(2);
  }
}
