package io.perdura.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Gives this process the machine's last processor and everything that is measured the others, so
 * that a load above capacity does not slow down its own generator; undone when closed.
 */
final class Pinning implements AutoCloseable {
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final List<Long> moved = new ArrayList<>();

  /** {@code measured} with their children; those that they start later follow. */
  Pinning(long... measured) throws IOException, InterruptedException {
    if (processors < 2) {
      throw new IOException("the generator needs a processor of its own, and there is only one");
    }
    pin(ProcessHandle.current().pid(), Integer.toString(processors - 1));
    for (long pid : measured) {
      String others = processors == 2 ? "0" : "0-" + (processors - 2);
      pin(pid, others);
      for (ProcessHandle child :
          ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).toList()) {
        try {
          pin(child.pid(), others);
        } catch (IOException e) {
          if (child.isAlive()) {
            throw e;
          }
          // What its parent starts next inherits the parent's place.
        }
      }
    }
  }

  private void pin(long pid, String list) throws IOException, InterruptedException {
    moved.add(pid);
    run("taskset", "-a", "-c", "-p", list, Long.toString(pid));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }

  @Override
  public void close() {
    for (long pid : moved) {
      if (ProcessHandle.of(pid).isPresent()) {
        release(pid);
      }
    }
  }

  private void release(long pid) {
    try {
      run("taskset", "-a", "-c", "-p", "0-" + (processors - 1), Long.toString(pid));
    } catch (IOException e) {
      if (ProcessHandle.of(pid).isPresent()) {
        throw new UncheckedIOException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
