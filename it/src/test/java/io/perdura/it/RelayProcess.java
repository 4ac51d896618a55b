package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code perdura mcp} as agents start it: through the launcher, talking over its streams. */
final class RelayProcess implements AutoCloseable {
  private static final int LIMIT_S = 250;

  private final Process process;
  private final BufferedWriter in;
  private final Path errors;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread reader;

  RelayProcess(Map<String, String> environment, List<String> arguments) {
    try {
      Path home = Files.createDirectories(Path.of(System.getProperty("perdura.it"), "relay"));
      errors = Files.createTempFile(home, "stderr", ".log");
      List<String> command = new ArrayList<>(List.of(launcher(), "mcp"));
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("PERDURA_") || name.startsWith("AIONIS_"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      // The locale of a program that a desktop agent starts is anybody's guess.
      builder.environment().put("LC_ALL", "C");
      builder.environment().putAll(environment);
      process = builder.redirectError(errors.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    in = process.outputWriter(StandardCharsets.UTF_8);
    reader = Thread.ofVirtual().start(this::read);
  }

  static String launcher() {
    return Path.of(System.getProperty("perdura.launcher")).normalize().toString();
  }

  RelayProcess send(String line) {
    try {
      in.write(line.replace('\'', '"') + "\n");
      in.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(errors(), e);
    }
  }

  /** The next line, which must be JSON: nothing else may be on that stream. */
  JsonNode next() {
    try {
      String line = lines.poll(LIMIT_S, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no answer; standard error: " + errors());
      }
      return Jsons.stored(line);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  JsonNode ask(String line) {
    return send(line).next();
  }

  /** Ends the input and returns the lines that were not read yet, once the process is gone. */
  List<JsonNode> end() {
    try {
      in.close();
      return drain();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the process to end by itself and returns the lines that were not read yet. */
  List<JsonNode> drain() {
    try {
      if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
        throw new AssertionError("perdura mcp still runs; standard error: " + errors());
      }
      reader.join();
      return lines.stream().map(Jsons::stored).toList();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int exitCode() {
    return process.exitValue();
  }

  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("\"" + e + "\"");
    }
  }
}
