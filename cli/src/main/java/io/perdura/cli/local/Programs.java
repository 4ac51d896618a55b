package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs other programs and asks after processes. */
final class Programs {
  /** What a program that ended left behind. */
  record Outcome(int status, String output) {}

  private Programs() {}

  /**
   * Runs a program to its end with standard error mixed into its output.
   *
   * @throws Trouble when it does not end within {@code limit}
   */
  static Outcome run(List<String> command, Map<String, String> extraEnvironment, Duration limit)
      throws IOException {
    Path output = Files.createTempFile("perdura-", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile());
      builder.environment().putAll(extraEnvironment);
      Process process = builder.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new Trouble(
            "The program "
                + command.getFirst()
                + " did not end within "
                + limit.toSeconds()
                + " s.");
      }
      return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("Interrupted.", e);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** The process with this id, when it lives and is not a zombie. */
  static Optional<ProcessHandle> alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(p -> !isZombie(pid));
  }

  /** Like {@link #alive(long)}, and started when the record says: process ids are used again. */
  static Optional<ProcessHandle> alive(long pid, Instant started) {
    return alive(pid)
        .filter(p ->
            p.info()
                .startInstant()
                .map(at -> Duration.between(at, started).abs().toSeconds() <= 2)
                .orElse(true));
  }

  /** The arguments of a process, empty when it cannot be seen. */
  static List<String> arguments(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return List.of(line.split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 1).stripLeading().startsWith("Z");
    } catch (IOException e) {
      return false;
    }
  }
}
