package io.perdura.cli;

import io.perdura.cli.config.Environment;
import io.perdura.cli.local.LogLine;
import io.perdura.cli.local.LogTail;
import io.perdura.cli.local.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura logs}: the server's or the database's log, readable. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Show the end of the server's or the database's log.")
public final class LogsCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(250);

  /** Whose log to show. */
  enum Component {
    server,
    console,
    database
  }

  private final Console console;

  @Option(
      names = {"-f", "--follow"},
      description = "keep showing new lines")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      defaultValue = "50",
      description = "how many lines (default: ${DEFAULT-VALUE})")
  private int lines;

  @Option(names = "--raw", description = "JSON lines as they are written")
  private boolean raw;

  @Option(
      names = "--component",
      defaultValue = "server",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private Component component;

  public LogsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    Path file =
        switch (component) {
          case server -> tier.server().messages();
          case console -> tier.server().consoleLog();
          case database -> tier.postgres().log();
        };
    if (!Files.exists(file)) {
      throw new Trouble("There is no " + component + " log yet: " + file + " does not exist.");
    }
    show(LogTail.tail(file, lines));
    if (follow) {
      follow(file);
    }
    return 0;
  }

  private void show(List<String> text) {
    for (String line : text) {
      if (raw) {
        console.print(line);
      } else {
        LogLine.render(line).forEach(console::print);
      }
    }
  }

  /** Shows what is appended until interrupted; starts over when the file was replaced. */
  private void follow(Path file) {
    long position = file.toFile().length();
    StringBuilder partial = new StringBuilder();
    while (!Thread.currentThread().isInterrupted()) {
      long length = file.toFile().length();
      if (length < position) {
        position = 0;
      }
      if (length > position) {
        partial.append(read(file, position, length));
        position = length;
        int end = partial.lastIndexOf("\n");
        if (end >= 0) {
          show(partial.substring(0, end).lines().toList());
          partial.delete(0, end + 1);
        }
      }
      Waiting.sleep(POLL);
    }
  }

  private static String read(Path file, long from, long to) {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
      access.seek(from);
      byte[] bytes = new byte[(int) Math.min(to - from, Integer.MAX_VALUE - 8)];
      access.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
