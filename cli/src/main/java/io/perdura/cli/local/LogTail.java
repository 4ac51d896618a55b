package io.perdura.cli.local;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file. */
public final class LogTail {
  private static final int WINDOW = 256 * 1024;

  private LogTail() {}

  /** The last lines of a file as one text; empty when there is no such file. */
  public static String lastLines(Path file, int count) {
    return String.join("\n", tail(file, count));
  }

  /** The last lines of a file, oldest first. */
  public static List<String> tail(Path file, int count) {
    if (!Files.isReadable(file)) {
      return List.of();
    }
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, access.length() - WINDOW);
      access.seek(start);
      byte[] bytes = new byte[(int) (access.length() - start)];
      access.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
