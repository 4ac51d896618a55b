package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopLimitTest {
  private static final String LINE =
      "perdura: stopping took longer than 700 ms: the process ends at once";

  @Test
  void processThatHangsWhileItStopsIsEndedAndSaysSo() throws Exception {
    Ended ended = stop("hang");

    assertThat(ended.output()).contains(LINE);
    assertThat(ended.exitCode()).isEqualTo(StopLimit.EXIT_CODE);
    assertThat(ended.took()).isBetween(Duration.ofMillis(700), Duration.ofSeconds(20));
  }

  @Test
  void processThatStopsInTimeIsLeftAlone() throws Exception {
    Ended ended = stop("well");

    assertThat(ended.output()).doesNotContain("perdura:").contains("done");
  }

  @Test
  void limitThatWasForgottenDoesNotFire() throws Exception {
    Ended ended = stop("disarmed");

    assertThat(ended.output()).doesNotContain("perdura:").contains("done");
    assertThat(ended.took()).isGreaterThan(Duration.ofMillis(1_400));
  }

  @Test
  void serviceManagersWaitLongerThanTheLimit() {
    assertThat(StopLimit.LIMIT).isLessThan(Duration.ofSeconds(30));
  }

  private record Ended(String output, int exitCode, Duration took) {}

  /** Runs {@link #main} and asks it to stop. */
  private static Ended stop(String mode) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                StopLimitTest.class.getName(),
                mode)
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("ready");
      long told = System.nanoTime();
      process.toHandle().destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      Duration took = Duration.ofNanos(System.nanoTime() - told);
      return new Ended(String.join("\n", output.lines().toList()), process.exitValue(), took);
    } finally {
      process.destroyForcibly();
    }
  }

  /** A process with a limit, whose own shutdown takes as long as the argument says. */
  public static void main(String[] arguments) throws InterruptedException {
    StopLimit limit = new StopLimit(Duration.ofMillis(700));
    limit.arm();
    long millis =
        switch (arguments[0]) {
          case "hang" -> 60_000;
          case "disarmed" -> 1_500;
          default -> 0;
        };
    if (arguments[0].equals("disarmed")) {
      limit.disarm();
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(millis)));
    System.out.println("ready");
    new CountDownLatch(1).await();
  }

  private static void finish(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.println("done");
  }
}
