package io.perdura.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The Liberty process of the standalone tier.
 *
 * <p>It runs from a copy of the server definition in the state directory, so that a new build does
 * not pull the files from under a running server.
 */
public final class LibertyServer {
  private static final String NAME = "perdura";
  private static final String RECORD = "server";
  private static final String NODE = "node";
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Installation installation;
  private final StateDirectory state;

  public LibertyServer(Installation installation, StateDirectory state) {
    this.installation = installation;
    this.state = state;
  }

  /**
   * What is known of a running server.
   *
   * @param port of the public API
   * @param managementPort of health, metrics and OpenAPI
   */
  public record Running(ProcessHandle process, int port, int managementPort, Instant started) {}

  /** The server that this state directory runs, if it lives. */
  public Optional<Running> running() {
    return state.record(RECORD).flatMap(LibertyServer::alive);
  }

  private static Optional<Running> alive(JsonNode record) {
    Instant started = Instant.parse(record.path("started").asText(Instant.EPOCH.toString()));
    return Programs.alive(record.path("pid").asLong(-1), started)
        .map(process ->
            new Running(
                process,
                record.path("port").asInt(),
                record.path("management_port").asInt(),
                started));
  }

  /** True when the running copy of the application is not the one that was built last. */
  public boolean isOutdated() {
    try {
      return !ServerDefinition.isCurrent(installation, state);
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  /** Starts the process in the background and returns at once. */
  public Process start(Map<String, String> environment, int port, int managementPort) {
    try {
      if (isOutdated()) {
        // Liberty knows the jars it unpacked by name and date, and ours all have the same date.
        StateDirectory.deleteTree(output().resolve("workarea"));
      }
      ServerDefinition.copy(installation, state);
      Files.createDirectories(output());
      keepLastLog();
      ProcessBuilder builder =
          new ProcessBuilder(
                  "setsid", installation.liberty().resolve("bin/server").toString(), "run", NAME)
              .directory(output().toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(consoleLog().toFile())
              .redirectErrorStream(true);
      Map<String, String> variables = builder.environment();
      variables.clear();
      variables.putAll(environment);
      variables.put("JAVA_HOME", System.getProperty("java.home"));
      String node = variables.computeIfAbsent("PERDURA_NODE_ID", name -> nodeId());
      variables.put("WLP_USER_DIR", userDirectory(node).toString());
      variables.put("WLP_OUTPUT_DIR", state.resolve("server").toString());
      variables.put("PORT", Integer.toString(port));
      variables.put("PERDURA_MGMT_PORT", Integer.toString(managementPort));
      variables.remove("LOG_DIR");
      variables.merge("JVM_ARGS", jvmArguments(), (given, ours) -> given + " " + ours);
      Process process = builder.start();
      remember(process, port, managementPort);
      return process;
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  /** The same after a restart, so that the server knows the jobs of its earlier process. */
  private String nodeId() {
    return state
        .record(NODE)
        .map(record -> record.path("id").asText())
        .orElseGet(() -> {
          String id = hostName() + "-" + UUID.randomUUID().toString().substring(0, 8);
          state.write(NODE, Jsons.MAPPER.createObjectNode().put("id", id));
          return id;
        });
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * The server's own path to its definition: the batch runtime knows servers by this path, and
   * those of other machines may share our database and the name of our state directory.
   */
  private Path userDirectory(String node) throws IOException {
    Path link = state.resolve("usr-" + node.replaceAll("[^A-Za-z0-9._-]", "_"));
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, Path.of("usr"));
    }
    return link;
  }

  /** The role, and the vector instructions of the processor for the in-process index. */
  private static String jvmArguments() {
    String vectors = "jdk.incubator.vector"; // an incubating module: a later Java may not have it
    boolean present = ModuleFinder.ofSystem().find(vectors).isPresent();
    return "-Dperdura.role=all" + (present ? " --add-modules=" + vectors : "");
  }

  /** Sets the log of the run before aside: what this run says must not be mistaken. */
  private void keepLastLog() throws IOException {
    if (Files.exists(messages())) {
      Files.move(
          messages(),
          messages().resolveSibling("messages-before.log"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void remember(Process process, int port, int managementPort) {
    ObjectNode record = Jsons.MAPPER.createObjectNode();
    Instant started = process.info().startInstant().orElseGet(Instant::now);
    record.put("pid", process.pid()).put("started", started.toString());
    record.put("port", port).put("management_port", managementPort);
    state.write(RECORD, record);
  }

  /**
   * Stops the server: requests in flight are finished, new ones are refused; after a minute the
   * process is killed.
   *
   * @return false when nothing ran
   */
  public boolean stop() {
    Optional<Running> running = running();
    running.ifPresent(server -> {
      server.process().destroy();
      if (!awaitEnd(server.process(), STOP_LIMIT)) {
        server.process().destroyForcibly();
        if (!awaitEnd(server.process(), KILL_LIMIT)) {
          throw new Trouble(
              "The server (process " + server.process().pid() + ") cannot be stopped.");
        }
      }
    });
    state.forget(RECORD);
    return running.isPresent();
  }

  private static boolean awaitEnd(ProcessHandle process, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (Programs.alive(process.pid()).isPresent()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Waiting.sleep(POLL);
    }
    return true;
  }

  /** The server's own log, JSON lines unless configured otherwise. */
  public Path messages() {
    return output().resolve("logs/messages.log");
  }

  /** What the JVM printed before, after and beside the log. */
  public Path consoleLog() {
    return state.resolve("logs").resolve("server-console.log");
  }

  private Path output() {
    return state.resolve("server").resolve(NAME);
  }

  /** The lines that explain best why the server is not well: errors first, else the last ones. */
  public String explanation(int count) {
    List<String> lines = new ArrayList<>();
    List<String> rendered =
        LogTail.tail(messages(), 400).stream()
            .flatMap(line -> LogLine.render(line).stream())
            .toList();
    List<String> errors = rendered.stream().filter(LogLine::isError).toList();
    List<String> chosen = errors.isEmpty() ? rendered : errors;
    lines.addAll(LogTail.tail(consoleLog(), count));
    lines.addAll(chosen.subList(Math.max(0, chosen.size() - count), chosen.size()));
    return String.join("\n", lines);
  }

  /** True when the server is up but the application in it failed to start. */
  public boolean applicationFailed() {
    return LogTail.tail(messages(), 200).stream()
        .anyMatch(line -> line.contains("CWWKZ0002E") || line.contains("CWWKZ0004E"));
  }
}
