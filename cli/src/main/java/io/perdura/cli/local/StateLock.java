package io.perdura.cli.local;

import io.perdura.cli.Console;
import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Keeps two commands from changing the same state directory at once.
 *
 * <p>The operating system drops the lock when its holder dies, so a killed command blocks nobody.
 */
public final class StateLock {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(200);

  private StateLock() {}

  /** Does {@code work} alone, after waiting up to three minutes for other commands to finish. */
  public static <T> T holding(StateDirectory state, Console console, Supplier<T> work) {
    return holding(state, console, PATIENCE, work);
  }

  static <T> T holding(StateDirectory state, Console console, Duration patience, Supplier<T> work) {
    Path file = state.resolve("run").resolve("lock");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      acquire(channel, state, console, patience);
      return work.get(); // closing the channel releases the lock
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  private static void acquire(
      FileChannel channel, StateDirectory state, Console console, Duration patience)
      throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    boolean told = false;
    while (channel.tryLock() == null) {
      if (System.nanoTime() > end) {
        throw new Trouble(
            "Another perdura command has been working on " + state.root() + " for too long.");
      }
      if (!told) {
        console.note("waiting for another perdura command to finish");
        told = true;
      }
      Waiting.sleep(POLL);
    }
  }
}
