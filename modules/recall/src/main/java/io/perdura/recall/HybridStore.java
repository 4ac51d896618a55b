package io.perdura.recall;

import io.perdura.kernel.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads candidates and what stands beside the best of them: one statement, one round trip. */
final class HybridStore {
  /** Newest nodes that the recency arm looks at to find visible ones. */
  private static final int NEWEST = 60;

  /** Newest nodes that are read for words too common to be looked up. */
  private static final int NEWEST_FOR_WORDS = 300;

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
    Map<HybridSql.Parameter, Object> values = values(query, near, words, names, recent);
    return database.read(
        "hybrid candidates",
        connection -> {
          String sql = HybridSql.STATEMENT.text();
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (HybridSql.Parameter parameter : HybridSql.STATEMENT.parameters()) {
              bind(statement, at++, parameter, values.get(parameter));
            }
            try (ResultSet rows = rows(statement)) {
              return read(rows);
            }
          }
        });
  }

  private static void bind(
      PreparedStatement statement, int at, HybridSql.Parameter parameter, Object value)
      throws SQLException {
    if (value instanceof Object[] array) {
      String element = parameter.type.substring(0, parameter.type.length() - 2);
      statement.setArray(at, statement.getConnection().createArrayOf(element, array));
    } else if (value instanceof Integer number) {
      statement.setInt(at, number);
    } else {
      statement.setString(at, (String) value);
    }
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

  private static Map<HybridSql.Parameter, Object> values(
      HybridQuery query, List<UUID> near, LexicalPlan words, EntityArm names, int recent) {
    Map<HybridSql.Parameter, Object> values = new EnumMap<>(HybridSql.Parameter.class);
    values.put(HybridSql.Parameter.SCOPE, query.scope().key());
    values.put(HybridSql.Parameter.AGENT, query.viewer().agentId());
    values.put(HybridSql.Parameter.TEAM, query.viewer().teamId());
    values.put(HybridSql.Parameter.NEAR, near.toArray());
    values.put(HybridSql.Parameter.WORDS, words.query());
    values.put(HybridSql.Parameter.ANY_WORD, words.anyWord());
    values.put(HybridSql.Parameter.MOST_ROWS, LexicalPlan.MOST_ROWS);
    int newest = recent == 0 ? 0 : Math.max(recent, NEWEST);
    values.put(HybridSql.Parameter.NEWEST, words.common() ? NEWEST_FOR_WORDS : newest);
    values.put(HybridSql.Parameter.RECENT, recent);
    values.put(HybridSql.Parameter.TITLES, names.titles().toArray());
    values.put(HybridSql.Parameter.NAMED, names.ids().toArray());
    values.put(
        HybridSql.Parameter.TERMS, words.lexemes().stream().map(LexicalPlan::quote).toArray());
    values.put(HybridSql.Parameter.WEIGHTS, words.weights().toArray());
    return values;
  }
}
