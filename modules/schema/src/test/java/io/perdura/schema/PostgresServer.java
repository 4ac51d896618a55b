package io.perdura.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * One throw-away PostgreSQL server for tests: loopback only, a random port and password, no fsync.
 *
 * <p>Guarantees: the server ends with the JVM, even when the JVM is killed (the kernel signals it
 * then), and the data of a killed JVM is removed by the next one. Started by root it runs as {@code
 * nobody}. Not guaranteed: that data survive a crash of the machine.
 */
final class PostgresServer {
  static final String USER = "postgres";

  private static final int NOBODY = 65534;
  private static final String DATA_PREFIX = "perdura-test-pg-";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final int START_ATTEMPTS = 3;
  private static final String CANNOT_CONNECT_NOW = "57P03";

  private final int port;
  private final String password;

  private PostgresServer(int port, String password) {
    this.port = port;
    this.password = password;
  }

  int port() {
    return port;
  }

  String password() {
    return password;
  }

  String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  static boolean runsAsRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /**
   * Makes a cluster and starts its server.
   *
   * @throws IllegalStateException with the server's own log when it does not accept connections
   *     within a minute
   */
  static PostgresServer start() {
    try {
      removeDataOfDeadJvms();
      Path home = PostgresBinaries.installed();
      Path root = Files.createTempDirectory(DATA_PREFIX + ProcessHandle.current().pid() + "-");
      Path data = root.resolve("data");
      Path log = root.resolve("server.log");
      String password = UUID.randomUUID().toString();
      Path passwordFile = Files.writeString(root.resolve("password"), password);
      if (runsAsRoot()) {
        Files.setAttribute(root, "unix:uid", NOBODY);
        Files.setAttribute(passwordFile, "unix:uid", NOBODY);
      }
      initialise(home, data, log, passwordFile);
      Files.delete(passwordFile);
      for (int attempt = 1; ; attempt++) {
        int port = freePort();
        CountDownLatch stop = new CountDownLatch(1);
        Process process = startTiedToThisJvm(serverCommand(home, data, root, port), log, stop);
        stopWithJvm(process, root, stop);
        PostgresServer server = new PostgresServer(port, password);
        if (server.awaitReady(process)) {
          return server;
        }
        if (attempt == START_ATTEMPTS) {
          throw new IllegalStateException("PostgreSQL did not start:\n" + Files.readString(log));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL for tests could not be started", e);
    }
  }

  private static void initialise(Path home, Path data, Path log, Path passwordFile)
      throws IOException {
    List<String> command =
        unprivileged(
            List.of(
                home.resolve("bin/initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions"));
    Process process = builder(command, log).start();
    try {
      if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      if (process.waitFor() != 0) {
        throw new IllegalStateException("initdb failed:\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was initialised", e);
    }
  }

  private static List<String> serverCommand(Path home, Path data, Path socketDir, int port) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/postgres").toString());
    command.addAll(List.of("-D", data.toString()));
    for (String setting :
        List.of(
            "listen_addresses=127.0.0.1",
            "port=" + port,
            "unix_socket_directories=" + socketDir,
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "max_connections=200",
            "shared_buffers=128MB",
            "max_wal_size=2GB",
            "jit=off",
            "timezone=UTC",
            "shared_preload_libraries=pg_stat_statements")) {
      command.addAll(List.of("-c", setting));
    }
    return unprivileged(command);
  }

  /** Has the kernel end the program with its parent; as root, also gives up every privilege. */
  private static List<String> unprivileged(List<String> command) {
    List<String> wrapped = new ArrayList<>(List.of("setpriv", "--pdeathsig=QUIT"));
    if (runsAsRoot()) {
      wrapped.addAll(List.of("--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    wrapped.add("--");
    wrapped.addAll(command);
    return wrapped;
  }

  private static ProcessBuilder builder(List<String> command, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(log.getParent().toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder;
  }

  /**
   * The kernel sends the parent-death signal when the thread that forked ends, so that thread stays
   * until told to stop.
   */
  private static Process startTiedToThisJvm(List<String> command, Path log, CountDownLatch stop)
      throws IOException {
    FutureTask<Process> starting = new FutureTask<>(() -> builder(command, log).start());
    Thread keeper =
        new Thread(
            () -> {
              starting.run();
              try {
                stop.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "test-postgres-keeper");
    keeper.setDaemon(true);
    keeper.start();
    try {
      return starting.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was started", e);
    } catch (ExecutionException e) {
      throw new IOException("setpriv could not be started (package util-linux)", e.getCause());
    }
  }

  private static void stopWithJvm(Process process, Path root, CountDownLatch stop) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  // The keeper's end is the server's immediate shutdown; no test database needs a
                  // clean one.
                  stop.countDown();
                  try {
                    process.waitFor(10, TimeUnit.SECONDS);
                    deleteTree(root);
                  } catch (IOException e) {
                    // Left for the next JVM, which removes the data of dead ones.
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "test-postgres-stop"));
  }

  private boolean awaitReady(Process process) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try (Connection connection =
          DriverManager.getConnection(jdbcUrl("postgres"), USER, password)) {
        return connection.isValid(5);
      } catch (SQLException e) {
        if (!CANNOT_CONNECT_NOW.equals(e.getSQLState())
            && (e.getSQLState() == null || !e.getSQLState().startsWith("08"))) {
          throw new IllegalStateException("PostgreSQL refused its own test account", e);
        }
        pause();
      }
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was starting", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void removeDataOfDeadJvms() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(temporary, DATA_PREFIX + "[0-9]*-*")) {
      for (Path left : found) {
        String name = left.getFileName().toString().substring(DATA_PREFIX.length());
        long pid = Long.parseLong(name.substring(0, name.indexOf('-')));
        if (ProcessHandle.of(pid).isEmpty()) {
          deleteTree(left);
        }
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
