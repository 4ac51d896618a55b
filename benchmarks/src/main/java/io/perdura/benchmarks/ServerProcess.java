package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A Perdura server of its own, started for a measurement and stopped after it. */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final Process process;
  private final int port;
  private final double secondsToReady;

  private ServerProcess(Process process, int port, double secondsToReady) {
    this.process = process;
    this.port = port;
    this.secondsToReady = secondsToReady;
  }

  /**
   * What to start.
   *
   * @param command the {@code perdura} of a checkout or of an unpacked release
   * @param port of the API; the management port is 100 above
   * @param state directory for what the server keeps beside the database
   * @param log where its output goes
   */
  record Launch(Path command, String role, int port, int dimension, Path state, Path log) {}

  /**
   * Starts a server in the foreground of a child process and waits until it is ready.
   *
   * @param settings on top of what every measured server has: see {@link #environment}
   * @throws IOException when it ends or is not ready within two minutes; its output is in the log
   */
  static ServerProcess start(Launch launch, DatabaseAddress database, Map<String, String> settings)
      throws IOException, InterruptedException {
    int port = launch.port();
    Path log = launch.log();
    ProcessBuilder builder = new ProcessBuilder(launch.command().toString(), "run", launch.role());
    builder.environment().putAll(environment(launch, database));
    builder.environment().putAll(settings);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
    long start = System.nanoTime();
    Process process = builder.start();
    while (System.nanoTime() - start < START_LIMIT.toNanos()) {
      if (ready(port + 100)) {
        return new ServerProcess(process, port, (System.nanoTime() - start) / 1e9);
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException("the server ended with " + process.exitValue() + ", see " + log);
      }
    }
    process.destroy();
    throw new IOException("the server was not ready within " + START_LIMIT + ", see " + log);
  }

  private static Map<String, String> environment(Launch launch, DatabaseAddress database) {
    int port = launch.port();
    Map<String, String> values = new TreeMap<>();
    values.put("DATABASE_URL", database.url());
    values.put("PERDURA_STATE_DIR", launch.state().toAbsolutePath().resolve("state").toString());
    values.put("PERDURA_CANDIDATE_INDEX", "pgvector");
    values.put("EMBEDDING_DIM", Integer.toString(launch.dimension()));
    values.put("PORT", Integer.toString(port));
    values.put("PERDURA_MGMT_PORT", Integer.toString(port + 100));
    values.put("PERDURA_BENCHMARK_ENDPOINTS", "true");
    values.put("PERDURA_CONSOLE_LOG_LEVEL", "WARNING");
    values.put("EMBEDDING_PROVIDER", "fake");
    values.put("RATE_LIMIT_ENABLED", "false");
    values.put("TENANT_QUOTA_ENABLED", "false");
    return values;
  }

  private static boolean ready(int managementPort) {
    try (HttpConnection connection = new HttpConnection(managementPort)) {
      return connection.get("/health/ready") == 200;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  double secondsToReady() {
    return secondsToReady;
  }

  /** The JVM, which may be a descendant of what was started. */
  long pid() {
    return process
        .toHandle()
        .descendants()
        .filter(ServerProcess::isJava)
        .mapToLong(ProcessHandle::pid)
        .findFirst()
        .orElse(process.pid());
  }

  private static boolean isJava(ProcessHandle handle) {
    return handle.info().command().orElse("").endsWith("/java");
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
