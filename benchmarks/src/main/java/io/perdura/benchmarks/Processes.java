package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says about processes of this machine ({@code /proc}). */
final class Processes {
  private static final Path PROC = Path.of("/proc");
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, fixed in the kernel's interface
  private static final int PARENT = 1;
  private static final int USER_TICKS = 11;
  private static final int REAPED_SYSTEM_TICKS = 14;

  private Processes() {}

  /**
   * Processor seconds, user and system, of the process, of its live children and of those it has
   * waited for: for PostgreSQL's first process that is the whole server.
   */
  static double cpuSeconds(long pid) throws IOException {
    double ticks = ticks(pid, REAPED_SYSTEM_TICKS);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        long child = Long.parseLong(process.getFileName().toString());
        try {
          if (Long.parseLong(fields(child).get(PARENT)) == pid) {
            ticks += ticks(child, REAPED_SYSTEM_TICKS);
          }
        } catch (IOException e) {
          // ended meanwhile: its parent accounts for it
        }
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  static long parent(long pid) throws IOException {
    return Long.parseLong(fields(pid).get(PARENT));
  }

  /** Resident megabytes now. */
  static double residentMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(PROC.resolve(pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("process " + pid + " has no memory of its own");
  }

  private static double ticks(long pid, int last) throws IOException {
    double sum = 0;
    for (int field = USER_TICKS; field <= last; field++) {
      sum += Double.parseDouble(fields(pid).get(field));
    }
    return sum;
  }

  /** The fields after the command name, which may itself hold spaces. */
  private static List<String> fields(long pid) throws IOException {
    String stat = Files.readString(PROC.resolve(pid + "/stat"));
    return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
  }
}
