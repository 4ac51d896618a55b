package io.perdura.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.TestConsole;
import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  @TempDir Path temp;

  /** Holds the lock in another process, where it belongs. */
  public static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      try (FileChannel channel =
          FileChannel.open(
              Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock();
        System.out.println("held");
        Thread.sleep(Duration.ofMinutes(1));
      }
    }
  }

  @Test
  void aSecondCommandWaitsUntilTheFirstEnds() throws Exception {
    StateDirectory state = new StateDirectory(temp.resolve("s"));
    state.prepare(1);
    Process first =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                state.resolve("run").resolve("lock").toString())
            .start();
    assertThat(first.inputReader().readLine()).isEqualTo("held");
    TestConsole console = new TestConsole();

    assertThatThrownBy(() ->
            StateLock.holding(state, console.console(), Duration.ofMillis(300), () -> "never"))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("for too long");
    assertThat(console.err()).contains("waiting for another perdura command to finish");

    first.destroyForcibly();
    assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(StateLock.holding(state, console.console(), () -> "mine")).isEqualTo("mine");
  }
}
