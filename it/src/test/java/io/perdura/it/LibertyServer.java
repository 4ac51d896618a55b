package io.perdura.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real server as a process of its own: the Liberty that {@code ear/} installed, with ports,
 * state and settings of one test.
 */
final class LibertyServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(10);

  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Path state;
  private final int port = freePort();
  private final int managementPort = freePort();
  private String jvmArguments = "";
  private Path application;
  private Process process;

  /** A server named {@code name} on {@code databaseUrl} (JDBC); not started yet. */
  LibertyServer(String name, String jdbcUrl, String user, String password) {
    this.state = Path.of(System.getProperty("perdura.it"), "servers", name + "-" + port);
    environment.put("PORT", Integer.toString(port));
    environment.put("PERDURA_MGMT_PORT", Integer.toString(managementPort));
    environment.put("PERDURA_HOST", "127.0.0.1");
    environment.put("PERDURA_DB_URL", jdbcUrl);
    environment.put("PERDURA_DB_USER", user);
    environment.put("PERDURA_DB_PASSWORD", password == null ? "" : password);
    environment.put("PERDURA_STATE_DIR", state.toString());
    environment.put("PERDURA_NODE_ID", name + "-" + port);
    environment.put("PERDURA_DB_APPLICATION_NAME", name + "-" + port);
    environment.put("WLP_OUTPUT_DIR", state.resolve("output").toString());
    environment.put("WLP_USER_DIR", userDirectory().toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("APP_ENV", "ci");
    environment.put("MEMORY_AUTH_MODE", "off");
    environment.put("EMBEDDING_PROVIDER", "fake");
    environment.put("PERDURA_RECALL_ARMS", "vector");
    environment.put("PERDURA_ROLE", "all");
    environment.put("ADMIN_TOKEN", Api.ADMIN_TOKEN);
    // Tests ask faster than a tenant may.
    environment.put("RATE_LIMIT_ENABLED", "false");
    environment.put("TENANT_QUOTA_ENABLED", "false");
  }

  /** Overrides one setting; null removes it. */
  LibertyServer with(String name, String value) {
    if (value == null) {
      environment.remove(name);
    } else {
      environment.put(name, value);
    }
    return this;
  }

  /** Offers the API over TLS as well, as the launcher does when the keystore is set. */
  LibertyServer withTls(Path keystore, String password, int tlsPort) {
    jvmArguments += " -Dperdura.tls=on";
    return with("PERDURA_TLS_KEYSTORE", keystore.toString())
        .with("PERDURA_TLS_KEYSTORE_PASSWORD", password)
        .with("PERDURA_TLS_PORT", Integer.toString(tlsPort));
  }

  /** Offers the batch REST interface, as the launcher does when its keystore is set. */
  LibertyServer withBatchRest(Path keystore, String password, int port, String secret) {
    jvmArguments += " -Dperdura.batch-rest=on";
    return with("PERDURA_BATCH_REST_KEYSTORE", keystore.toString())
        .with("PERDURA_BATCH_REST_KEYSTORE_PASSWORD", password)
        .with("PERDURA_BATCH_REST_PORT", Integer.toString(port))
        .with("PERDURA_BATCH_ADMIN_PASSWORD", secret)
        .with("PERDURA_BATCH_SUBMITTER_PASSWORD", secret)
        .with("PERDURA_BATCH_MONITOR_PASSWORD", secret);
  }

  /** Runs another application than the one that was built. */
  LibertyServer withApplication(Path ear) {
    application = ear;
    return this;
  }

  /** Starts the process and returns at once. */
  LibertyServer launch() {
    try {
      Files.createDirectories(state.resolve("output"));
      linkUserDirectory();
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("perdura.wlp"), "bin", "server").toString(),
              "run",
              "perdura");
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("PERDURA_") || name.equals("DATABASE_URL"));
      builder.environment().putAll(environment);
      builder
          .environment()
          .put("JVM_ARGS", "-Dperdura.role=" + environment.get("PERDURA_ROLE") + jvmArguments);
      builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
      process = builder.start();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the process and waits until it is ready. */
  LibertyServer start() {
    launch();
    try {
      awaitReady(START_LIMIT);
    } catch (AssertionError | IllegalStateException e) {
      kill();
      throw e;
    }
    return this;
  }

  void awaitReady(Duration limit) {
    Poll.until(
        "server is ready",
        limit,
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(
                "the server ended with " + process.exitValue() + ":\n" + lastLines());
          }
          return api().status("/health/ready") == 200;
        },
        this::lastLines);
  }

  /** Power loss for the process: SIGKILL to it and its children. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    waitForEnd(Duration.ofSeconds(20));
  }

  /** Asks the process to stop and waits. */
  void stop() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!waitForEnd(Duration.ofSeconds(60))) {
      kill();
    }
  }

  /** Asks the process to stop, as a service manager does; tells whether it did within the limit. */
  boolean endsWithin(Duration limit) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    return waitForEnd(limit);
  }

  /** Its name in the cluster. */
  String node() {
    return environment.get("PERDURA_NODE_ID");
  }

  /** Waits for the process to end by itself; returns its exit code. */
  int awaitExit(Duration limit) {
    if (!waitForEnd(limit)) {
      throw new IllegalStateException("the server still runs:\n" + lastLines());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  Api api() {
    return new Api("http://127.0.0.1:" + port);
  }

  Api management() {
    return new Api("http://127.0.0.1:" + managementPort);
  }

  String logText() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    if (isAlive()) {
      stop();
    }
  }

  private boolean waitForEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * A path of its own to the one definition of the server, as the launcher makes it: the path is
   * part of the id under which the batch runtime knows the server.
   */
  private Path userDirectory() {
    return state.resolve("usr-" + node());
  }

  private void linkUserDirectory() throws IOException {
    Path definition =
        Path.of(System.getProperty("perdura.wlp"), "usr").toAbsolutePath().normalize();
    if (application != null) {
      definition = withOwnApplication(definition);
    }
    if (!Files.isSymbolicLink(userDirectory())) {
      Files.createSymbolicLink(userDirectory(), definition);
    }
  }

  /** A definition of links to everything but the application. */
  private Path withOwnApplication(Path definition) throws IOException {
    Path own = state.resolve("definition");
    Path apps = own.resolve("servers/perdura/apps");
    if (Files.isDirectory(apps)) {
      return own;
    }
    Files.createDirectories(apps);
    Files.createSymbolicLink(own.resolve("shared"), definition.resolve("shared"));
    try (Stream<Path> files = Files.list(definition.resolve("servers/perdura"))) {
      for (Path file : files.toList()) {
        if (!file.endsWith("apps")) {
          Files.createSymbolicLink(
              own.resolve("servers/perdura").resolve(file.getFileName()), file);
        }
      }
    }
    Files.createSymbolicLink(apps.resolve("perdura.ear"), application);
    return own;
  }

  private Path log() {
    return state.resolve("console.log");
  }

  private String lastLines() {
    String text = logText();
    return text.substring(Math.max(0, text.length() - 6000));
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
