package io.perdura.benchmarks;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Fills a migrated database with tenants as the contract's performance kit does (jobs-gates, 15.1),
 * but with distinct vectors: topics and events of tier hot in the shared lane, each event part of
 * its topic and derived from by it.
 */
final class Seeder {
  private static final int BATCH_CHARS = 1 << 20;
  private static final String[] WORDS = {
    "deploy", "failed", "retry", "billing", "invoice", "customer", "latency", "cache", "index",
        "release", "rollback",
    "schema", "migration", "alert", "quota", "tenant", "worker", "queue", "meeting", "notes",
        "decision", "budget",
    "garden", "travel", "recipe", "doctor", "school", "music", "camera", "bicycle", "winter",
        "harbour"
  };

  private final Connection connection;
  private final Dataset dataset;

  Seeder(Connection connection, Dataset dataset) {
    this.connection = connection;
    this.dataset = dataset;
  }

  /**
   * Loads the tenants, with the vector indexes dropped meanwhile and built over the whole
   * afterwards.
   *
   * @param model the embedding model whose generation the vectors become
   * @return seconds that loading and index building took
   */
  double seed(String model, List<Tenant> tenants) throws SQLException, IOException {
    long start = System.nanoTime();
    int generation = generation(model);
    List<String> definitions = dropVectorIndexes();
    for (Tenant tenant : tenants) {
      load(tenant, generation);
    }
    try (Statement statement = connection.createStatement()) {
      for (String definition : definitions) {
        statement.execute(definition);
      }
      statement.execute("vacuum (analyze)");
      statement.execute("checkpoint");
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private int generation(String model) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into embedding_generations (model, dimension) values (?, ?)"
                + " on conflict (model, dimension) do update set model = excluded.model returning id")) {
      statement.setString(1, model);
      statement.setInt(2, dataset.dimension());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private List<String> dropVectorIndexes() throws SQLException {
    List<String> names = new ArrayList<>();
    List<String> definitions = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "select indexname, indexdef from pg_indexes"
                  + " where tablename = 'memory_vectors' and indexdef like '%USING hnsw%'")) {
        while (rows.next()) {
          names.add(rows.getString(1));
          definitions.add(rows.getString(2));
        }
      }
      for (String name : names) {
        statement.execute("drop index " + name);
      }
    }
    return definitions;
  }

  private void load(Tenant tenant, int generation) throws SQLException, IOException {
    connection.setAutoCommit(false);
    CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
    UUID commit = UUID.randomUUID();
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash)"
                + " values (?, ?, repeat('0', 64), repeat('0', 64), ?)")) {
      insert.setObject(1, commit);
      insert.setString(2, tenant.scopeKey());
      insert.setString(3, "perf-seed " + commit);
      insert.executeUpdate();
    }
    loadNodes(copy, tenant, commit);
    loadEdges(copy, tenant, commit);
    try (VectorRows vectors = new VectorRows(copy, generation)) {
      for (int t = 0; t < tenant.topics(); t++) {
        vectors.add(tenant.topicId(t), tenant.scopeKey(), "topic", tenant.topicVector(dataset, t));
      }
      for (int e = 0; e < tenant.events(); e++) {
        vectors.add(tenant.eventId(e), tenant.scopeKey(), "event", tenant.eventVector(dataset, e));
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void loadNodes(CopyManager copy, Tenant tenant, UUID commit)
      throws SQLException, IOException {
    String sql =
        "copy memory_nodes (id, scope, client_id, type, memory_lane, title, text_summary, embedding_model,"
            + " embedding_ready_at, salience, importance, confidence, commit_id) from stdin";
    StringBuilder rows = new StringBuilder(BATCH_CHARS + 1000);
    for (int t = 0; t < tenant.topics(); t++) {
      String text = "topic " + words(t * 31L);
      row(rows, tenant.topicId(t), tenant.scopeKey(), "perf-topic-" + t, "topic", "shared");
      row(rows, text, text, "perf:seed", "now", "0.4", "0.4", "0.9");
      rows.append(commit).append('\n');
    }
    for (int e = 0; e < tenant.events(); e++) {
      row(rows, tenant.eventId(e), tenant.scopeKey(), "perf-event-" + e, "event", "shared");
      row(rows, "event " + e, words(e) + " in run " + e, "perf:seed", "now", "0.5", "0.5", "0.8");
      rows.append(commit).append('\n');
      flushWhenLarge(copy, sql, rows);
    }
    copy.copyIn(sql, new StringReader(rows.toString()));
  }

  private void loadEdges(CopyManager copy, Tenant tenant, UUID commit)
      throws SQLException, IOException {
    String sql =
        "copy memory_edges (id, scope, type, src_id, dst_id, weight, confidence, commit_id) from stdin";
    StringBuilder rows = new StringBuilder(BATCH_CHARS + 1000);
    for (int e = 0; e < tenant.events(); e++) {
      UUID event = tenant.eventId(e);
      UUID topic = tenant.topicId(tenant.topicOf(e));
      row(rows, UUID.randomUUID(), tenant.scopeKey(), "part_of", event, topic, "0.75", "0.75");
      rows.append(commit).append('\n');
      row(rows, UUID.randomUUID(), tenant.scopeKey(), "derived_from", topic, event, "1", "1");
      rows.append(commit).append('\n');
      flushWhenLarge(copy, sql, rows);
    }
    copy.copyIn(sql, new StringReader(rows.toString()));
  }

  private static void flushWhenLarge(CopyManager copy, String sql, StringBuilder rows)
      throws SQLException, IOException {
    if (rows.length() >= BATCH_CHARS) {
      copy.copyIn(sql, new StringReader(rows.toString()));
      rows.setLength(0);
    }
  }

  private static void row(StringBuilder out, Object... values) {
    for (Object value : values) {
      out.append(value).append('\t');
    }
  }

  /**
   * Eight words chosen by the number, so that texts differ and the lexical arm has something to
   * find.
   */
  static String words(long number) {
    StringBuilder text = new StringBuilder(80);
    long state = number * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < 8; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      text.append(i == 0 ? "" : " ").append(WORDS[(int) (state >>> 59)]);
    }
    return text.toString();
  }
}
