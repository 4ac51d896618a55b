package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.EmbeddedPostgres;
import io.perdura.cli.local.Installation;
import io.perdura.cli.local.LibertyServer;
import io.perdura.cli.local.LibertyServer.Running;
import io.perdura.cli.local.LocalAdmin;
import io.perdura.cli.local.OsUser;
import io.perdura.cli.local.Ports;
import io.perdura.cli.local.Probe;
import io.perdura.cli.local.ServerSettings;
import io.perdura.cli.local.StateDirectory;
import io.perdura.cli.local.Waiting;
import java.time.Duration;
import java.util.Optional;

/** Database and server of the standalone tier, and the order in which they come and go. */
public final class LocalTier {
  /** Room for the unpacked programs, a young database and its write-ahead log. */
  private static final int FIRST_START_MEGABYTES = 600;

  private static final int LATER_START_MEGABYTES = 100;
  private static final int DEFAULT_PORT = 3001;
  private static final int DEFAULT_MANAGEMENT_PORT = 3002;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int LOG_LINES = 12;

  private final Environment environment;
  private final Console console;
  private final Installation installation;
  private final StateDirectory state;
  private final LibertyServer server;

  public LocalTier(Environment environment, Console console) {
    this(environment, console, Installation.ofProcess());
  }

  LocalTier(Environment environment, Console console, Installation installation) {
    this.environment = environment;
    this.console = console;
    this.installation = installation;
    this.state = new StateDirectory(installation.stateDirectory(environment, OsUser.isRoot()));
    this.server = new LibertyServer(installation, state);
  }

  public Environment environment() {
    return environment;
  }

  public Installation installation() {
    return installation;
  }

  public StateDirectory state() {
    return state;
  }

  public LibertyServer server() {
    return server;
  }

  /** The embedded database; only asked for when DATABASE_URL is not set. */
  public EmbeddedPostgres postgres() {
    return new EmbeddedPostgres(state, environment);
  }

  public Optional<DatabaseUrl> externalDatabase() {
    return DatabaseUrl.of(environment);
  }

  public int port() {
    return environment.port("PORT", DEFAULT_PORT);
  }

  public int managementPort() {
    return environment.port("PERDURA_MGMT_PORT", DEFAULT_MANAGEMENT_PORT);
  }

  /** Checks the state directory and makes it. */
  public void prepareState() {
    boolean first = externalDatabase().isEmpty() && !state.resolve("data").toFile().exists();
    long needed = first ? FIRST_START_MEGABYTES : LATER_START_MEGABYTES;
    String given = environment.get("PERDURA_MIN_FREE_MB", Long.toString(needed));
    try {
      state.prepare(Long.parseLong(given.trim()));
    } catch (NumberFormatException e) {
      throw new Trouble("PERDURA_MIN_FREE_MB must be a whole number of megabytes.", e);
    }
  }

  /** Makes the database ready for use, wherever it lives. */
  public DatabaseUrl startDatabase() {
    Optional<DatabaseUrl> external = externalDatabase();
    if (external.isPresent()) {
      console.begin("Database");
      new Migration(external.get()).requireReachable();
      console.done("external, " + external.get().target());
      return external.get();
    }
    EmbeddedPostgres postgres = postgres();
    if (!postgres.isUnpacked()) {
      console.begin("PostgreSQL");
      postgres.unpack();
      console.done("unpacked");
    }
    if (!postgres.isInitialised()) {
      console.begin("Database files");
      postgres.initialise();
      console.done("created in " + state.resolve("data"));
    }
    console.begin("Database");
    boolean ran = postgres.pid().isPresent();
    if (!ran) {
      postgres.start();
    }
    console.done((ran ? "already running" : "started") + " on 127.0.0.1:" + postgres.port());
    return postgres.url();
  }

  /** Migrates, except in production, where that is a step of its own. */
  public void migrate(DatabaseUrl database) {
    Migration migration = new Migration(database);
    boolean production = "prod".equals(effectiveAppEnv());
    console.begin("Schema");
    console.done(production ? migration.requireCurrent() : migration.migrate());
  }

  private String effectiveAppEnv() {
    String mode = environment.get("AIONIS_MODE", "local");
    boolean productionMode = mode.equals("service") || mode.equals("cloud");
    return environment.get("APP_ENV", productionMode ? "prod" : "dev");
  }

  /** Starts the server and waits until it is ready. */
  public Running startServer(DatabaseUrl database, int port, int managementPort, Duration limit) {
    requireFreePorts(port, managementPort);
    console.begin("Server");
    Process process =
        server.start(
            ServerSettings.forLocalServer(environment, database, state, LocalAdmin.ensured(state)),
            port,
            managementPort);
    awaitReady(process.toHandle(), port, limit);
    console.done("ready, process " + process.pid());
    return server.running().orElseThrow(() -> died(process.pid()));
  }

  /** Complains when a port is taken; done before anything is started. */
  public void requireFreePorts(int port, int managementPort) {
    Ports.requireFree(port, "PORT", "the API");
    Ports.requireFree(managementPort, "PERDURA_MGMT_PORT", "health and metrics");
  }

  /**
   * The administrator's credential of the local server: ADMIN_TOKEN, else what the state directory
   * keeps for its owner; empty before the first start.
   */
  public Optional<String> adminToken() {
    Optional<String> given = environment.get("ADMIN_TOKEN");
    return given.isPresent() || !state.exists() ? given : LocalAdmin.token(state);
  }

  /** Waits for readiness; a server that dies or cannot start its application ends the wait. */
  public void awaitReady(ProcessHandle process, int port, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    Probe.Answer answer = new Probe.Answer(0, "");
    while (System.nanoTime() < end) {
      if (!process.isAlive()) {
        throw died(process.pid());
      }
      answer = Probe.ready(port);
      if (answer.isReady()) {
        return;
      }
      if (server.applicationFailed()) {
        String explanation = server.explanation(LOG_LINES);
        server.stop();
        throw new Trouble("The application did not start.", explanation);
      }
      Waiting.sleep(POLL);
    }
    throw new Trouble(
        "The server (process "
            + process.pid()
            + ") runs but was not ready within "
            + limit.toSeconds()
            + " s; see perdura logs.",
        answer.body());
  }

  private Trouble died(long pid) {
    return new Trouble(
        "The server (process " + pid + ") died while it was starting.",
        server.explanation(LOG_LINES));
  }

  /** Stops server, then database. Returns false when neither ran. */
  public boolean stop() {
    boolean stopped = false;
    if (server.running().isPresent()) {
      console.begin("Server");
      server.stop();
      console.done("stopped");
      stopped = true;
    }
    if (EmbeddedPostgres.isAvailable() && postgres().pid().isPresent()) {
      console.begin("Database");
      postgres().stop();
      console.done("stopped");
      stopped = true;
    }
    return stopped;
  }
}
