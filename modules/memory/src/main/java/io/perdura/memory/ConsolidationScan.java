package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.PagedWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;

/**
 * Looks for nodes of a scope that may be the same thing twice. Only nodes that the same people may
 * see are compared: a shared one with shared ones, a private one with its owner's.
 *
 * <p>Exact, with either kind of vector column: the vectors of up to {@code maxNodes} nodes are
 * streamed past the anchors, page by page in the order of their ids. That takes anchors x nodes x
 * dimension multiplications, and memory for the anchors alone. What lies between two pages is a
 * state: the anchors and their neighbours that are similar enough.
 */
final class ConsolidationScan {
  /** A page is far below what a server's death may cost. */
  static final Duration PAGE = Duration.ofSeconds(2);

  private static final int FETCH_ROWS = 500;
  private static final int PAGE_ROWS = 10_000;
  private static final UUID FIRST = new UUID(0, 0);
  private static final UUID LAST = new UUID(-1, -1);

  /** Keys of the state. */
  private static final String GENERATION = "generation";

  private static final String ANCHORS = "anchors";
  private static final String NODES = "nodes";
  private static final String TRUNCATED = "nodes_truncated";
  private static final String LAST_TIME = "last_updated_at";
  private static final String LAST_ID = "last_id";
  private static final String AFTER = "after";

  private final ConsolidationOptions options;
  private final ConsolidationWords words;

  ConsolidationScan(ConsolidationOptions options, Settings settings) {
    this.options = options;
    this.words = new ConsolidationWords(settings);
  }

  /**
   * What was found.
   *
   * @param found pairs before the cut to {@code maxPairs}
   */
  record Found(
      int anchors,
      int nodes,
      boolean truncated,
      int examined,
      int found,
      List<ConsolidationPair> pairs) {
    ObjectNode scanned() {
      return Jsons.object()
          .put("anchors", anchors)
          .put("nodes", nodes)
          .put("nodes_truncated", truncated)
          .put("neighbors_examined", examined)
          .put("pair_candidates", found);
    }

    long conflicts() {
      return pairs.stream().filter(pair -> pair.conflict().detected()).count();
    }
  }

  private record Key(String type, Topic.Owner owner) {}

  private record Near(UUID id, double similarity) {}

  private record Vector(UUID id, Key key, float[] values) {}

  /** A node whose neighbours are wanted. */
  private static final class Anchor {
    /** The farthest first, so that it goes when a nearer one comes; of equal ones the larger id. */
    private static final Comparator<Near> FARTHEST_FIRST =
        Comparator.comparingDouble(Near::similarity)
            .thenComparing(Comparator.comparing((Near near) -> near.id.toString()).reversed());

    private final UUID id;
    private final PriorityQueue<Near> nearest = new PriorityQueue<>(FARTHEST_FIRST);

    /** Nodes that it was compared with. */
    private long compared;

    /** Null while only its neighbours are wanted, or when it cannot be merged any more. */
    private Vector vector;

    Anchor(JsonNode state) {
      this.id = UUID.fromString(state.path("id").textValue());
      this.compared = state.path("compared").longValue();
      for (JsonNode near : state.path("near")) {
        nearest.add(new Near(UUID.fromString(near.get(0).textValue()), near.get(1).doubleValue()));
      }
    }

    void offer(Vector other, int limit, double least) {
      if (other.id.equals(id)) {
        return;
      }
      compared++;
      double similarity = dot(vector.values, other.values);
      if (similarity >= least) {
        nearest.add(new Near(other.id, similarity));
        if (nearest.size() > limit) {
          nearest.remove();
        }
      }
    }

    ObjectNode json() {
      ObjectNode json = Jsons.object().put("id", id.toString()).put("compared", compared);
      ArrayNode near = json.putArray("near");
      nearest.forEach(one -> near.addArray().add(one.id.toString()).add(one.similarity));
      return json;
    }
  }

  /** All pages of the search in one. */
  Found run(Connection connection, int generation, String scopeKey) throws SQLException {
    ObjectNode state = begin(connection, generation, scopeKey);
    boolean last = false;
    while (!last) {
      last = page(connection, scopeKey, state, Duration.ofDays(1));
    }
    return end(connection, state);
  }

  /** Settles which nodes are anchors, and with which nodes they are compared. */
  ObjectNode begin(Connection connection, int generation, String scopeKey) throws SQLException {
    ObjectNode state = Jsons.object().put(GENERATION, generation).put(NODES, 0);
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.BEGIN)) {
      bind(select, connection, generation, scopeKey);
      select.setInt(4, options.maxNodes() + 1);
      select.setInt(5, options.maxAnchors());
      select.setInt(6, options.maxNodes());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        boolean truncated = row.getLong(1) > options.maxNodes();
        state.put(TRUNCATED, truncated).put(PagedWork.Page.TOTAL, nodes(row.getLong(1)));
        ArrayNode anchors = state.putArray(ANCHORS);
        for (String id : (String[]) row.getArray(2).getArray()) {
          anchors.addObject().put("id", id);
        }
        state
            .put(LAST_TIME, truncated ? row.getString(3) : "-infinity")
            .put(LAST_ID, (truncated ? row.getObject(4, UUID.class) : LAST).toString())
            .put(AFTER, FIRST.toString());
      }
    }
    return state;
  }

  private long nodes(long counted) {
    return Math.min(counted, options.maxNodes());
  }

  /**
   * Compares further nodes with the anchors, until the time is up.
   *
   * @return true when there are no more
   */
  boolean page(Connection connection, String scopeKey, ObjectNode state, Duration time)
      throws SQLException {
    long end = System.nanoTime() + time.toNanos();
    int generation = state.path(GENERATION).intValue();
    List<Anchor> all = anchors(state);
    Map<Key, List<Anchor>> anchors = withVectors(connection, generation, scopeKey, all);
    UUID after = UUID.fromString(state.path(AFTER).textValue());
    long rows = 0;
    boolean hurried = false;
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.NODES)) {
      select.setFetchSize(FETCH_ROWS);
      bind(select, connection, generation, scopeKey);
      select.setString(4, state.path(LAST_TIME).textValue());
      select.setString(5, state.path(LAST_TIME).textValue());
      select.setObject(6, UUID.fromString(state.path(LAST_ID).textValue()));
      select.setObject(7, after);
      select.setInt(8, PAGE_ROWS);
      try (ResultSet found = select.executeQuery()) {
        while (!hurried && found.next()) {
          rows++;
          Vector other = read(found);
          after = other.id;
          for (Anchor anchor : anchors.getOrDefault(other.key, List.of())) {
            anchor.offer(other, options.neighbors(), options.minVector());
          }
          hurried = System.nanoTime() - end >= 0;
        }
      }
    }
    state.put(AFTER, after.toString()).put(NODES, state.path(NODES).longValue() + rows);
    ArrayNode stored = state.putArray(ANCHORS);
    all.forEach(anchor -> stored.add(anchor.json()));
    return !hurried && rows < PAGE_ROWS;
  }

  /** How many nodes were compared so far. */
  static long compared(ObjectNode state) {
    return state.path(NODES).longValue();
  }

  private static List<Anchor> anchors(ObjectNode state) {
    List<Anchor> anchors = new ArrayList<>();
    state.path(ANCHORS).forEach(anchor -> anchors.add(new Anchor(anchor)));
    return anchors;
  }

  /** The anchors that can still be merged, by whom they can be compared with. */
  private Map<Key, List<Anchor>> withVectors(
      Connection connection, int generation, String scopeKey, List<Anchor> anchors)
      throws SQLException {
    Map<UUID, Anchor> byId = new HashMap<>();
    anchors.forEach(anchor -> byId.put(anchor.id, anchor));
    Map<Key, List<Anchor>> byKey = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.ANCHORS)) {
      bind(select, connection, generation, scopeKey);
      select.setString(4, Sql.array(byId.keySet()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Vector vector = read(rows);
          Anchor anchor = byId.get(vector.id);
          anchor.vector = vector;
          byKey.computeIfAbsent(vector.key, key -> new ArrayList<>()).add(anchor);
        }
      }
    }
    return byKey;
  }

  private void bind(
      PreparedStatement select, Connection connection, int generation, String scopeKey)
      throws SQLException {
    select.setInt(1, generation);
    select.setString(2, scopeKey);
    select.setArray(3, connection.createArrayOf("text", options.types().toArray()));
  }

  private static Vector read(ResultSet row) throws SQLException {
    Topic.Owner owner = new Topic.Owner(row.getString(3), row.getString(4), row.getString(5));
    boolean isShared = owner.lane().equals("shared");
    Key key = new Key(row.getString(2), isShared ? new Topic.Owner("shared", null, null) : owner);
    return new Vector(
        row.getObject(1, UUID.class), key, unit(VectorColumn.decode(row.getBytes(6))));
  }

  private static float[] unit(float[] vector) {
    double norm = Math.sqrt(dot(vector, vector));
    for (int i = 0; norm > 0 && i < vector.length; i++) {
      vector[i] = (float) (vector[i] / norm);
    }
    return vector;
  }

  /** Four sums beside each other: one alone would wait for itself at each step. */
  private static double dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return (double) s0 + s1 + s2 + s3;
  }

  /** Makes pairs of the neighbours that were found. */
  Found end(Connection connection, ObjectNode state) throws SQLException {
    List<Anchor> anchors = anchors(state);
    long examined = 0;
    Set<UUID> ids = new HashSet<>();
    for (Anchor anchor : anchors) {
      examined += Math.min(options.neighbors(), anchor.compared);
      if (!anchor.nearest.isEmpty()) {
        ids.add(anchor.id);
        anchor.nearest.forEach(near -> ids.add(near.id));
      }
    }
    Map<UUID, ConsolidationPair.Item> items = items(connection, ids);
    Map<String, ConsolidationPair> pairs = new LinkedHashMap<>();
    for (Anchor anchor : anchors) {
      for (Near near : anchor.nearest) {
        ConsolidationPair.Item one = items.get(anchor.id);
        ConsolidationPair.Item other = items.get(near.id);
        if (one != null && other != null) {
          ConsolidationPair pair = pair(one, other, near.similarity);
          if (pair.score() >= options.minScore()) {
            pairs.putIfAbsent(pair.key(), pair);
          }
        }
      }
    }
    List<ConsolidationPair> best =
        pairs.values().stream()
            .sorted(ConsolidationPair.BEST_FIRST)
            .limit(options.maxPairs())
            .toList();
    return new Found(
        anchors.size(),
        (int) Math.min(options.maxNodes(), compared(state)),
        state.path(TRUNCATED).booleanValue(),
        (int) examined,
        pairs.size(),
        best);
  }

  private ConsolidationPair pair(
      ConsolidationPair.Item one, ConsolidationPair.Item other, double similarity) {
    boolean inOrder = ConsolidationPair.CANONICAL_FIRST.compare(one, other) <= 0;
    double lexical = ConsolidationWords.similarity(one.tokens(), other.tokens());
    return new ConsolidationPair(
        inOrder ? one : other,
        inOrder ? other : one,
        similarity,
        lexical,
        ConsolidationWords.shared(one.tokens(), other.tokens()),
        words.conflict(
            one.tokens(), other.tokens(), options.minSharedTokens(), options.negationLexicalMin()));
  }

  private static Map<UUID, ConsolidationPair.Item> items(Connection connection, Set<UUID> ids)
      throws SQLException {
    Map<UUID, ConsolidationPair.Item> items = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.ITEMS)) {
      select.setString(1, Sql.array(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          String title = rows.getString(3);
          String summary = rows.getString(4);
          items.put(
              id,
              new ConsolidationPair.Item(
                  id,
                  rows.getString(2),
                  title,
                  summary,
                  rows.getFloat(5),
                  rows.getObject(6, OffsetDateTime.class),
                  ConsolidationWords.tokens(title, summary)));
        }
      }
    }
    return items;
  }
}
