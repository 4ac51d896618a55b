package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/** One database of one size with a server in front of it: what the measurements of a size share. */
final class Stage implements AutoCloseable {
  /**
   * Name of the contract's deterministic provider, which is the model of its generation of vectors.
   */
  static final String MODEL = "fake:deterministic";

  static final int SMALL_TENANT = 1000;

  private static final long SEED = 1;
  private static final int INDEX_SECONDS = 600;

  private final Options options;
  private final DatabaseAddress database;
  private final Dataset dataset;
  private final Tenant large;
  private final Tenant small = Tenant.small(SMALL_TENANT);
  private final Path logs;
  private final double seedSeconds;
  private final int generation;
  private ServerProcess server;

  private Stage(Options options, int events, int dimension)
      throws SQLException, IOException, InterruptedException {
    this.options = options;
    this.dataset = new Dataset(dimension, SEED);
    this.large = Tenant.large(events);
    this.logs = Files.createDirectories(options.results().resolve("logs"));
    DatabaseAddress admin = DatabaseAddress.of(options.databaseUrl());
    this.database = admin.withName("perdura_bench_%d_%d".formatted(events, dimension));
    boolean seeded = options.reuse() && exists(admin);
    if (!seeded) {
      try (Connection connection = admin.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("drop database if exists " + database.name() + " with (force)");
        statement.execute("create database " + database.name());
      }
    }
    new io.perdura.schema.Migrator(plainSource()).migrate();
    startServer("api", database, Map.of());
    try {
      prime();
      try (Connection connection = database.connect()) {
        awaitVectorIndex(connection);
        this.seedSeconds =
            seeded ? 0 : new Seeder(connection, dataset).seed(MODEL, List.of(large, small));
        awaitVectorIndex(connection);
        this.generation = generationId(connection);
      }
    } catch (SQLException | IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private boolean exists(DatabaseAddress admin) throws SQLException {
    try (Connection connection = admin.connect();
        PreparedStatement statement =
            connection.prepareStatement("select from pg_database where datname = ?")) {
      statement.setString(1, database.name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  static Stage open(Options options, int events, int dimension)
      throws SQLException, IOException, InterruptedException {
    return new Stage(options, events, dimension);
  }

  private PGSimpleDataSource plainSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(
        "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name()));
    source.setUser(database.user());
    source.setPassword(database.password());
    return source;
  }

  /**
   * One vector through the front door, so that the service makes its generation and the index of
   * it.
   */
  private void prime() throws IOException {
    try (HttpConnection connection = new HttpConnection(server.port())) {
      String vector = Arrays.toString(dataset.topic(0));
      String body =
          ("{\"scope\":\"prime\",\"input_text\":\"prime\",\"nodes\":[{\"client_id\":\"prime\",\"type\":\"event\","
                  + "\"text_summary\":\"prime\",\"embedding_model\":\"%s\",\"embedding\":%s}]}")
              .formatted(MODEL, vector);
      int status = connection.post("/v1/memory/write", body.getBytes(StandardCharsets.UTF_8));
      if (status != 200) {
        throw new IOException("the first write answered " + status + ": " + connection.text());
      }
      String recall = "{\"scope\":\"prime\",\"query_embedding\":%s}".formatted(vector);
      status = connection.post("/v1/memory/recall", recall.getBytes(StandardCharsets.UTF_8));
      if (status != 200) {
        throw new IOException("the first recall answered " + status + ": " + connection.text());
      }
    }
  }

  /**
   * The service makes its index in the background. Seeding before that would leave the database
   * without one: the first measurements would be of scans.
   */
  static void awaitVectorIndex(Connection connection) throws SQLException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(INDEX_SECONDS);
    while (System.nanoTime() < end) {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "select count(*) from pg_indexes x join pg_index i on i.indexrelid = x.indexname::regclass"
                      + " where tablename = 'memory_vectors' and indexdef like '%USING hnsw%' and indisvalid")) {
        row.next();
        if (row.getInt(1) == 1) {
          return;
        }
      }
      Thread.sleep(500);
    }
    throw new IllegalStateException(
        "the service made no vector index within " + INDEX_SECONDS + " s, see its log");
  }

  private int generationId(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select id from embedding_generations where model = '%s' and dimension = %d"
                    .formatted(MODEL, dataset.dimension()))) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Stops the server that runs, if one does, and starts another. */
  ServerProcess startServer(String role, DatabaseAddress address, Map<String, String> settings)
      throws IOException, InterruptedException {
    stopServer();
    Path log = logs.resolve("server-%s-%s.log".formatted(role, database.name()));
    server =
        ServerProcess.start(
            new ServerProcess.Launch(
                options.serverCommand(), role, options.port(), dataset.dimension(), logs, log),
            address,
            settings);
    return server;
  }

  /** Starts another server beside the one that runs, on the next ports; close it after use. */
  ServerProcess startBeside(String role, Map<String, String> settings)
      throws IOException, InterruptedException {
    Path state = Files.createDirectories(logs.resolve("second"));
    Map<String, String> own = new TreeMap<>(settings);
    own.put("PERDURA_NODE_ID", "benchmark-second-" + role);
    return ServerProcess.start(
        new ServerProcess.Launch(
            options.serverCommand(),
            role,
            options.port() + 1,
            dataset.dimension(),
            state,
            logs.resolve("server-%s-%s-second.log".formatted(role, database.name()))),
        database,
        own);
  }

  void stopServer() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  /** Meters of the server that runs now and of the database; close the probe after use. */
  Cost.Meter meter(JvmProbe probe) throws SQLException, IOException {
    long serverPid = server.pid();
    long postmaster = postmaster();
    return () ->
        new Cost(
            Processes.cpuSeconds(serverPid),
            Processes.cpuSeconds(postmaster),
            probe.allocatedBytes());
  }

  long postmaster() throws SQLException, IOException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return Processes.parent(row.getLong(1));
    }
  }

  SqlFile floor() {
    return new SqlFile(options.floorDirectory(), dataset.dimension(), generation);
  }

  Options options() {
    return options;
  }

  DatabaseAddress database() {
    return database;
  }

  Dataset dataset() {
    return dataset;
  }

  Tenant large() {
    return large;
  }

  Tenant small() {
    return small;
  }

  ServerProcess server() {
    return server;
  }

  /** Where servers write what they have to say. */
  Path logs() {
    return logs;
  }

  double seedSeconds() {
    return seedSeconds;
  }

  String title() {
    return String.format(
        Locale.ROOT, "%,d events, dimension %d", large.events(), dataset.dimension());
  }

  @Override
  public void close() {
    stopServer();
  }
}
