package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ChoreTest {
  @Test
  void failureDoesNotReachTheExecutorWhichWouldNotCallAgain() {
    Chore chore =
        new Chore(
            "tidying",
            () -> {
              throw new IllegalStateException("no database");
            });

    assertThatCode(chore::runQuietly).doesNotThrowAnyException();
  }

  @Test
  void runHasADeadlineOfItsOwn() {
    AtomicReference<Duration> left = new AtomicReference<>();
    new Chore(
            "tidying",
            () -> {
              left.set(Deadline.current().remaining());
              return 0;
            })
        .runQuietly();

    assertThat(left.get()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5));
  }

  @Test
  void itIsDueWithinAMinuteAndNotAnyMoreOnceStopped() {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    try {
      Chore chore = Chore.start(executor, "tidying", () -> 0);
      ScheduledFuture<?> task = (ScheduledFuture<?>) executor.getQueue().element();
      assertThat(task.getDelay(TimeUnit.SECONDS)).isBetween(-1L, 60L);

      chore.stop();
      chore.stop();

      assertThat(task.isCancelled()).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }
}
