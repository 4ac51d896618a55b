package io.perdura.recall;

import io.perdura.kernel.Database;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads candidates and what stands beside the best of them: one statement, one round trip. */
final class HybridStore {
  /** Newest nodes that the recency arm looks at to find visible ones. */
  private static final int NEWEST = 60;

  /** Newest nodes that are read for words too common to be looked up. */
  private static final int NEWEST_FOR_WORDS = 1000;

  private static final int FARTHEST_STEP = 2;

  private final Database database;

  HybridStore(Database database) {
    this.database = database;
  }

  /**
   * What the database answered.
   *
   * @param nodes what the arms found
   * @param neighbours the two events before and the two after each source in its session
   */
  record Answer(List<HybridNode> nodes, List<HybridNeighbour> neighbours) {}

  /**
   * Returns what the arms found, and what stands beside it.
   *
   * @param near ids that the vector arm found
   * @param recent how many of the newest nodes are wanted, 0 for none
   */
  Answer candidates(
      HybridQuery query, List<UUID> near, LexicalPlan words, EntityArm names, int recent) {
    return database.read(
        "hybrid candidates",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(HybridSql.CANDIDATES)) {
            bindViewer(statement, query);
            statement.setArray(4, uuids(connection, near));
            statement.setString(5, words.query());
            statement.setInt(6, LexicalPlan.MOST_ROWS);
            statement.setString(7, words.anyWord());
            int newest = recent == 0 ? 0 : Math.max(recent, NEWEST);
            statement.setInt(8, words.common() ? NEWEST_FOR_WORDS : newest);
            statement.setInt(9, recent);
            statement.setArray(10, connection.createArrayOf("text", names.titles().toArray()));
            statement.setArray(11, uuids(connection, names.ids()));
            List<String> terms = words.lexemes().stream().map(LexicalPlan::quote).toList();
            statement.setArray(12, connection.createArrayOf("text", terms.toArray()));
            statement.setArray(13, connection.createArrayOf("float8", words.weights().toArray()));
            try (ResultSet rows = rows(statement)) {
              return read(rows);
            }
          }
        });
  }

  private static Answer read(ResultSet rows) throws SQLException {
    List<HybridNode> nodes = new ArrayList<>();
    Map<UUID, Instant> written = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    while (rows.next()) {
      UUID id = rows.getObject(1, UUID.class);
      boolean pending = rows.getBoolean(4);
      Instant at = rows.getObject(5, OffsetDateTime.class).toInstant();
      UUID source = rows.getObject(7, UUID.class);
      if (source == null) {
        LexicalVector words = LexicalVector.parse(rows.getString(6));
        nodes.add(new HybridNode(id, rows.getInt(2), rows.getInt(3), pending, at, words));
        written.put(id, at);
      } else {
        steps.add(new Step(source, id, rows.getBoolean(8), pending, at));
      }
    }
    // A vector hit that may not be a seed is no source either.
    steps.removeIf(step -> !written.containsKey(step.source()));
    return new Answer(nodes, nearest(steps, written));
  }

  private record Step(UUID source, UUID id, boolean back, boolean pending, Instant at) {
    Duration apart(Map<UUID, Instant> written) {
      return Duration.between(written.get(source), at).abs();
    }
  }

  private static List<HybridNeighbour> nearest(List<Step> steps, Map<UUID, Instant> written) {
    steps.sort(
        Comparator.comparing((Step step) -> step.apart(written))
            .thenComparing(Step::id, Uuids.ORDER));
    Map<UUID, int[]> taken = new HashMap<>();
    List<HybridNeighbour> neighbours = new ArrayList<>();
    for (Step step : steps) {
      int[] counts = taken.computeIfAbsent(step.source(), source -> new int[2]);
      int number = ++counts[step.back() ? 0 : 1];
      if (number <= FARTHEST_STEP) {
        int signed = step.back() ? -number : number;
        neighbours.add(new HybridNeighbour(step.source(), step.id(), signed, step.pending()));
      }
    }
    return neighbours;
  }

  /** Runs the settings and the query, and returns the rows of the query. */
  static ResultSet rows(PreparedStatement statement) throws SQLException {
    statement.execute();
    statement.getMoreResults();
    return statement.getResultSet();
  }

  private static void bindViewer(PreparedStatement statement, HybridQuery query)
      throws SQLException {
    statement.setString(1, query.scope().key());
    statement.setString(2, query.viewer().agentId());
    statement.setString(3, query.viewer().teamId());
  }

  private static Array uuids(Connection connection, List<UUID> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.toArray());
  }
}
