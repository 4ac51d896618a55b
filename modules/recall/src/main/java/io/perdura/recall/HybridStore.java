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

/** Reads candidates and their neighbours: one statement, one round trip each. */
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
   * Returns what the arms found.
   *
   * @param near ids that the vector arm found
   * @param recent how many of the newest nodes are wanted, 0 for none
   */
  List<HybridNode> candidates(
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
            try (ResultSet rows = rows(statement)) {
              return readCandidates(rows);
            }
          }
        });
  }

  private static List<HybridNode> readCandidates(ResultSet rows) throws SQLException {
    List<HybridNode> nodes = new ArrayList<>();
    while (rows.next()) {
      nodes.add(
          new HybridNode(
              rows.getObject(1, UUID.class),
              rows.getInt(2),
              rows.getInt(3),
              rows.getBoolean(4),
              rows.getObject(5, OffsetDateTime.class).toInstant(),
              LexicalVector.parse(rows.getString(6))));
    }
    return nodes;
  }

  /** Returns the two events before and the two after each source in its session. */
  List<HybridNeighbour> neighbours(HybridQuery query, List<HybridNode> sources) {
    if (sources.isEmpty()) {
      return List.of();
    }
    Map<UUID, Instant> written = new HashMap<>();
    sources.forEach(source -> written.put(source.id(), source.createdAt()));
    return database.read(
        "neighbours in sessions",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(HybridSql.NEIGHBOURS)) {
            bindViewer(statement, query);
            statement.setArray(4, uuids(connection, List.copyOf(written.keySet())));
            try (ResultSet rows = rows(statement)) {
              return readNeighbours(rows, written);
            }
          }
        });
  }

  private record Step(UUID source, UUID id, boolean back, boolean pending, Duration apart) {}

  private static List<HybridNeighbour> readNeighbours(ResultSet rows, Map<UUID, Instant> written)
      throws SQLException {
    List<Step> steps = new ArrayList<>();
    while (rows.next()) {
      UUID source = rows.getObject(1, UUID.class);
      Instant at = rows.getObject(5, OffsetDateTime.class).toInstant();
      steps.add(
          new Step(
              source,
              rows.getObject(2, UUID.class),
              rows.getBoolean(3),
              rows.getBoolean(4),
              Duration.between(written.get(source), at).abs()));
    }
    steps.sort(Comparator.comparing(Step::apart).thenComparing(Step::id, Uuids.ORDER));
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
