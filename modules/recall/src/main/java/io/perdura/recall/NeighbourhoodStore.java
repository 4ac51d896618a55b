package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Viewer;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Loads what surrounds the candidates, in one round trip. */
final class NeighbourhoodStore {
  private static final int EDGE_BYTES = 57;
  private static final int EDGES_COLUMN = 17;
  private static final int META_COLUMNS = 9;

  private final Database database;

  NeighbourhoodStore(Database database) {
    this.database = database;
  }

  /**
   * What to load.
   *
   * @param candidates ids, best first; the first {@code knobs.limit()} that pass the seed filters
   *     become seeds
   * @param unreadySeeds whether a seed may still be without embedding
   */
  record Wish(
      String scope,
      Viewer viewer,
      List<UUID> candidates,
      boolean unreadySeeds,
      Knobs knobs,
      Flags flags) {}

  Neighbourhood load(Wish wish) {
    return database.read("recall neighbourhood", connection -> load(connection, wish));
  }

  private static Neighbourhood load(Connection connection, Wish wish) throws SQLException {
    NeighbourhoodSql sql =
        NeighbourhoodSql.of(wish.knobs.hops(), wish.flags.needsSlots(), wish.flags.includeMeta());
    try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
      int at = 1;
      for (NeighbourhoodSql.Parameter parameter : sql.parameters()) {
        bind(statement, at++, parameter, wish);
      }
      statement.execute();
      statement.getMoreResults();
      try (ResultSet rows = statement.getResultSet()) {
        return read(rows, wish.flags);
      }
    }
  }

  private static void bind(
      PreparedStatement statement, int at, NeighbourhoodSql.Parameter parameter, Wish wish)
      throws SQLException {
    switch (parameter) {
      case IDS ->
          statement.setArray(
              at, statement.getConnection().createArrayOf("uuid", wish.candidates.toArray()));
      case SCOPE -> statement.setString(at, wish.scope);
      case AGENT -> statement.setString(at, wish.viewer.agentId());
      case TEAM -> statement.setString(at, wish.viewer.teamId());
      case SEEDS -> statement.setInt(at, wish.knobs.limit());
      case WEIGHT -> statement.setFloat(at, (float) wish.knobs.minEdgeWeight());
      case CONFIDENCE -> statement.setFloat(at, (float) wish.knobs.minEdgeConfidence());
      case PER_SIDE -> statement.setInt(at, wish.knobs.hopBudget());
      case EDGES -> statement.setInt(at, wish.knobs.edgeBudget());
      case NODES -> statement.setInt(at, wish.knobs.nodeBudget());
      case UNREADY -> statement.setBoolean(at, wish.unreadySeeds);
    }
  }

  private static Neighbourhood read(ResultSet rows, Flags flags) throws SQLException {
    TreeMap<Long, LoadedNode> seeds = new TreeMap<>();
    List<LoadedNode> others = new ArrayList<>();
    byte[] packedEdges = null;
    while (rows.next()) {
      if (rows.getBytes(EDGES_COLUMN) != null || rows.getString(3) == null) {
        packedEdges = rows.getBytes(EDGES_COLUMN);
      } else {
        LoadedNode node = readNode(rows, flags);
        long rank = rows.getLong(1);
        if (rows.wasNull()) {
          others.add(node);
        } else {
          seeds.put(rank, node);
        }
      }
    }
    Map<UUID, LoadedNode> nodes = LinkedHashMap.newLinkedHashMap(seeds.size() + others.size());
    seeds.values().forEach(node -> nodes.put(node.id, node));
    List<UUID> seedIds = List.copyOf(nodes.keySet());
    others.forEach(node -> nodes.put(node.id, node));
    return new Neighbourhood(seedIds, nodes, readEdges(packedEdges, nodes));
  }

  private static LoadedNode readNode(ResultSet row, Flags flags) throws SQLException {
    LoadedNode node = new LoadedNode(row.getObject(2, UUID.class), row.getString(3));
    node.title = row.getString(4);
    node.summary = row.getString(5);
    node.tier = row.getString(6);
    node.embeddingStatus = row.getString(7);
    node.salience = Figures.widen(row.getFloat(8));
    node.confidence = Figures.widen(row.getFloat(9));
    node.commitId = row.getObject(10, UUID.class);
    node.rawRef = row.getString(11);
    node.evidenceRef = row.getString(12);
    switch (node.type) {
      case "topic" -> {
        String state = row.getString(13);
        node.topicState = state == null ? "active" : state;
        node.memberCount = wholeNumber(row.getString(14));
      }
      case "concept" -> node.rollup = rollup(row.getString(15));
      case "rule" -> node.rule = ruleDef(row.getString(16));
      default -> {
        // Nothing of their own.
      }
    }
    int column = NeighbourhoodSql.FIRST_OPTIONAL;
    if (flags.needsSlots()) {
      node.slots = Jsons.stored(row.getString(column++));
    }
    if (flags.includeMeta()) {
      node.meta = readMeta(row, column);
    }
    return node;
  }

  private static LoadedNode.Meta readMeta(ResultSet row, int first) throws SQLException {
    return new LoadedNode.Meta(
        row.getString(first),
        row.getString(first + 1),
        row.getString(first + 2),
        row.getString(first + 3),
        row.getString(first + 4),
        instant(row, first + 5),
        instant(row, first + 6),
        instant(row, first + 7),
        Figures.widen(row.getFloat(first + META_COLUMNS - 1)));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** A slot that should hold an integer; one that does not counts as absent. */
  private static Integer wholeNumber(String slot) {
    if (slot == null) {
      return null;
    }
    try {
      return Integer.valueOf(slot.trim());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static LoadedNode.Rollup rollup(String json) {
    if (json == null) {
      return null;
    }
    JsonNode slots = Jsons.stored(json);
    List<String> cited = new ArrayList<>();
    for (JsonNode citation : slots.path("citations")) {
      JsonNode id = citation.path("node_id");
      if (id.isTextual()) {
        cited.add(id.textValue());
      }
    }
    return new LoadedNode.Rollup(slots.path("covers").asDouble(0), cited);
  }

  private static LoadedNode.RuleDef ruleDef(String json) {
    if (json == null) {
      return null;
    }
    JsonNode def = Jsons.stored(json);
    return new LoadedNode.RuleDef(
        def.get("state").textValue(),
        def.get("rule_scope").textValue(),
        def.get("target_agent_id").textValue(),
        def.get("target_team_id").textValue(),
        def.get("if"),
        def.get("then"),
        def.get("exceptions"),
        def.get("positive").intValue(),
        def.get("negative").intValue());
  }

  /** Edges come packed in one value: a row each would cost more than all the rest. */
  private static List<LoadedEdge> readEdges(byte[] packed, Map<UUID, LoadedNode> nodes) {
    if (packed == null) {
      return List.of();
    }
    ByteBuffer bytes = ByteBuffer.wrap(packed);
    List<LoadedEdge> edges = new ArrayList<>(packed.length / EDGE_BYTES);
    while (bytes.hasRemaining()) {
      UUID src = new UUID(bytes.getLong(), bytes.getLong());
      UUID dst = new UUID(bytes.getLong(), bytes.getLong());
      UUID commit = new UUID(bytes.getLong(), bytes.getLong());
      double weight = Figures.widen(bytes.getFloat());
      double confidence = Figures.widen(bytes.getFloat());
      String type = edgeType(bytes.get());
      if (nodes.containsKey(src) && nodes.containsKey(dst)) {
        edges.add(new LoadedEdge(src, dst, type, weight, confidence, commit));
      }
    }
    return edges;
  }

  private static String edgeType(byte initial) {
    return switch (initial) {
      case 'p' -> "part_of";
      case 'd' -> "derived_from";
      default -> "related_to";
    };
  }
}
