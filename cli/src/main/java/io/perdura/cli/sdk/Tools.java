package io.perdura.cli.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the machine. */
interface Tools {
  /**
   * What a program left.
   *
   * @param exit null = it was ended because its time was up
   * @param output both streams
   */
  record Ran(Integer exit, String output) {
    boolean good() {
      return exit != null && exit == 0;
    }

    /** Its last lines. */
    String end() {
      List<String> lines = output.lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
  }

  /** Whether there is such a program on the path. */
  boolean has(String program);

  /** Runs a program to its end, at most so long. */
  Ran run(Path directory, Duration limit, List<String> command)
      throws IOException, InterruptedException;

  static Tools ofSystem() {
    return new Tools() {
      @Override
      public boolean has(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .map(place -> Path.of(place, program))
            .anyMatch(Files::isExecutable);
      }

      @Override
      public Ran run(Path directory, Duration limit, List<String> command)
          throws IOException, InterruptedException {
        Path log = Files.createTempFile("perdura-sdk-check", ".log");
        Process process =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile())
                .start();
        try {
          boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
          return new Ran(
              ended ? process.exitValue() : null, Files.readString(log, StandardCharsets.UTF_8));
        } finally {
          process.descendants().forEach(ProcessHandle::destroy);
          process.destroy();
          Files.deleteIfExists(log);
        }
      }
    };
  }
}
