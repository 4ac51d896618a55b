package io.perdura.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Publishes a bundle through the operator's own program ({@code PERDURA_INCIDENT_PUBLISH_COMMAND}),
 * called without a shell with source directory, target, tenant and run. It succeeds with status 0;
 * the last line that it prints is the address of what it published.
 */
@ApplicationScoped
class IncidentPublisher {
  private static final int LONGEST_OUTPUT = 2_000;
  private static final Duration RENEWAL = Duration.ofSeconds(5);

  private final String command;

  /** For the container's proxy. */
  protected IncidentPublisher() {
    this.command = null;
  }

  @Inject
  IncidentPublisher(Settings settings) {
    this.command = settings.get(ControlSettings.PERDURA_INCIDENT_PUBLISH_COMMAND);
  }

  /** Whether there is a program. */
  boolean isConfigured() {
    return command != null;
  }

  /**
   * What became of it.
   *
   * @param uri null when it failed
   */
  record Outcome(String uri, String error, ObjectNode response) {}

  /**
   * Runs the program.
   *
   * @param keep asked every few seconds; false ends the program
   */
  Outcome publish(IncidentQueue.Claim claim, Duration limit, BooleanSupplier keep)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("perdura-publish", ".log");
    try {
      Process process =
          new ProcessBuilder(
                  List.of(
                      command, claim.sourceDir(), claim.target(), claim.tenantId(), claim.runId()))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      String ended = await(process, limit, keep);
      String text = tail(output);
      ObjectNode response = Jsons.object().put("output", text);
      if (ended != null) {
        return new Outcome(null, ended, response);
      }
      response.put("exit_code", process.exitValue());
      return process.exitValue() == 0
          ? new Outcome(lastLine(text, claim.target()), null, response)
          : new Outcome(null, "the program ended with status " + process.exitValue(), response);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static String await(Process process, Duration limit, BooleanSupplier keep)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    boolean done = false;
    try {
      while (!process.waitFor(RENEWAL.toMillis(), TimeUnit.MILLISECONDS)) {
        if (!keep.getAsBoolean()) {
          return "the job was stopped, or another worker has it";
        }
        if (System.nanoTime() - end > 0) {
          return "the program took longer than " + limit.toSeconds() + " s";
        }
      }
      done = true;
      return null;
    } finally {
      if (!done) {
        process.destroyForcibly();
      }
    }
  }

  private static String tail(Path output) throws IOException {
    byte[] bytes = Files.readAllBytes(output);
    int from = Math.max(0, bytes.length - LONGEST_OUTPUT);
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
        .replace('\0', ' ')
        .strip();
  }

  private static String lastLine(String text, String otherwise) {
    String last = text.substring(text.lastIndexOf('\n') + 1).strip();
    return last.isEmpty() ? otherwise : last;
  }
}
