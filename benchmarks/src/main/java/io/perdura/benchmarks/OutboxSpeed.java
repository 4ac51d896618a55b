package io.perdura.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Embed events a second through one worker and through two, with the vector index maintained and
 * without one.
 */
final class OutboxSpeed {
  private static final int EVENTS_INDEXED = 5_000;
  private static final int EVENTS_BARE = 20_000;

  /** More than one of two workers takes before the other one looks. */
  private static final int EVENTS_FOR_BOTH = 5_000;

  private static final long LIMIT_NANOS = 300_000_000_000L;
  private static final long POLL_MILLIS = 100;

  /** Events that a claim takes, as the floor does and the contract's profile for benchmarks. */
  private static final String BATCH = "100";

  /**
   * @param indexed whether the HNSW index was there while the events were worked off
   * @param floor events a second of the pinned statements over one connection
   * @param worker events a second of one worker of the service
   * @param two the same of two workers beside each other
   */
  record Result(boolean indexed, int events, double floor, double worker, double two) {
    double ratio() {
      return worker / floor;
    }

    /** What the second worker brings: 2 would be all that it could. */
    double scaling() {
      return two / worker;
    }
  }

  private final Stage stage;

  /** A database that is used again has the scopes of earlier runs. */
  private final String run = Long.toString(System.currentTimeMillis(), 36);

  OutboxSpeed(Stage stage) {
    this.stage = stage;
  }

  List<Result> measure() throws Exception {
    stage.stopServer();
    try (Connection connection = stage.database().connect();
        Statement statement = connection.createStatement()) {
      // Writes of other measurements owe events, too.
      statement.execute("truncate memory_outbox");
      List<Result> results = new ArrayList<>();
      results.add(measure(statement, true, EVENTS_INDEXED));
      dropVectorIndex(statement);
      results.add(measure(statement, false, EVENTS_BARE));
      return results;
    }
  }

  private Result measure(Statement statement, boolean indexed, int events) throws Exception {
    String kind = (indexed ? "indexed-" : "bare-") + run;
    enqueue(statement, "outbox-floor-" + kind, events);
    double floor =
        new OutboxFloor(stage.database(), stage.floor(), stage.dataset().dimension())
            .drain("outbox-floor-" + kind);
    double worker = drainByWorkers(statement, kind, indexed, events, 1);
    double two = drainByWorkers(statement, "two-" + kind, indexed, events, 2);
    Result result = new Result(indexed, events, floor, worker, two);
    System.out.printf(
        "  outbox, %s: worker %.0f/s, floor %.0f/s (x%.2f), two workers %.0f/s (x%.2f of one)%n",
        indexed ? "indexed" : "bare", worker, floor, result.ratio(), two, result.scaling());
    return result;
  }

  /**
   * The rate between a tenth and all of the events being done. The servers are up before, and have
   * looked for their index: they make one that is missing when they store their first vector.
   */
  private double drainByWorkers(
      Statement statement, String kind, boolean indexed, int events, int workers) throws Exception {
    Map<String, String> settings = Map.of("OUTBOX_BATCH_SIZE", BATCH);
    stage.startServer("worker", stage.database(), settings);
    try (ServerProcess second = workers == 2 ? stage.startBeside("worker", settings) : null) {
      if (second != null) {
        enqueue(statement, "outbox-both-" + kind, EVENTS_FOR_BOTH);
      }
      enqueue(statement, "outbox-first-" + kind, 1);
      while (open(statement) > 0) {
        Thread.sleep(POLL_MILLIS);
      }
      Stage.awaitVectorIndex(statement.getConnection());
      if (!indexed) {
        dropVectorIndex(statement);
      }
      enqueue(statement, "outbox-" + kind, events);
      return drained(statement, events);
    } finally {
      stage.stopServer();
    }
  }

  private static double drained(Statement statement, int events) throws Exception {
    long start = System.nanoTime();
    long from = 0;
    int before = 0;
    while (System.nanoTime() - start < LIMIT_NANOS) {
      int done = events - open(statement);
      long now = System.nanoTime();
      if (from == 0 && done >= events / 10) {
        from = now;
        before = done;
      }
      if (done == events) {
        return (done - before) / ((now - from) / 1e9);
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException(open(statement) + " events were still open after 5 minutes");
  }

  private static int open(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select count(*) from memory_outbox where published_at is null and failed_at is null")) {
      row.next();
      return row.getInt(1);
    }
  }

  static void enqueue(Statement statement, String scope, int events) throws SQLException {
    statement.execute(
        """
        with commit_row as (
          insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash)
          values (gen_random_uuid(), '%1$s', repeat('0', 64), repeat('0', 64), '%1$s') returning id
        ), node_rows as (
          insert into memory_nodes (id, scope, client_id, type, memory_lane, text_summary, embedding_status, commit_id)
          select gen_random_uuid(), '%1$s', 'node-' || i, 'event', 'shared', 'something to remember ' || i, 'pending', c.id
          from commit_row c, generate_series(1, %2$d) as i
          returning id, text_summary, commit_id
        )
        insert into memory_outbox (scope, commit_id, event_type, payload, job_key, payload_sha256)
        select '%1$s', commit_id, 'embed_nodes',
          jsonb_build_object('nodes', jsonb_build_array(jsonb_build_object('id', id, 'text', text_summary))),
          id::text, repeat('0', 64)
        from node_rows
        """
            .formatted(scope, events));
    statement.execute("analyze memory_nodes, memory_outbox");
  }

  private static void dropVectorIndex(Statement statement) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "select indexname from pg_indexes where tablename = 'memory_vectors' and indexdef like '%USING hnsw%'")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    for (String name : names) {
      statement.execute("drop index " + name);
    }
  }
}
