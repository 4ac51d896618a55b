package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * streamed past the anchors. That takes anchors x nodes x dimension multiplications, and memory for
 * the anchors alone.
 */
final class ConsolidationScan {
  private static final int FETCH_ROWS = 500;

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

    private final Vector vector;
    private final PriorityQueue<Near> nearest = new PriorityQueue<>(FARTHEST_FIRST);

    Anchor(Vector vector) {
      this.vector = vector;
    }

    void offer(Vector other, int limit) {
      if (!other.id.equals(vector.id)) {
        nearest.add(new Near(other.id, dot(vector.values, other.values)));
        if (nearest.size() > limit) {
          nearest.remove();
        }
      }
    }
  }

  Found run(Connection connection, int generation, String scopeKey) throws SQLException {
    Map<Key, List<Anchor>> anchors = new HashMap<>();
    List<Anchor> all = new ArrayList<>();
    for (Vector vector : anchors(connection, generation, scopeKey)) {
      Anchor anchor = new Anchor(vector);
      all.add(anchor);
      anchors.computeIfAbsent(vector.key, key -> new ArrayList<>()).add(anchor);
    }
    int nodes = 0;
    try (PreparedStatement select =
            nodes(connection, generation, scopeKey, options.maxNodes() + 1);
        ResultSet rows = select.executeQuery()) {
      while (nodes < options.maxNodes() && rows.next()) {
        nodes++;
        Vector other = read(rows);
        for (Anchor anchor : anchors.getOrDefault(other.key, List.of())) {
          anchor.offer(other, options.neighbors());
        }
      }
      boolean truncated = nodes == options.maxNodes() && rows.next();
      return pairs(connection, all, nodes, truncated);
    }
  }

  private List<Vector> anchors(Connection connection, int generation, String scopeKey)
      throws SQLException {
    List<Vector> anchors = new ArrayList<>();
    try (PreparedStatement select = nodes(connection, generation, scopeKey, options.maxAnchors());
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        anchors.add(read(rows));
      }
    }
    return anchors;
  }

  private PreparedStatement nodes(Connection connection, int generation, String scopeKey, int limit)
      throws SQLException {
    PreparedStatement select = connection.prepareStatement(ConsolidationSql.NODES);
    select.setFetchSize(FETCH_ROWS);
    select.setInt(1, generation);
    select.setString(2, scopeKey);
    select.setArray(3, connection.createArrayOf("text", options.types().toArray()));
    select.setInt(4, limit);
    return select;
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

  private Found pairs(Connection connection, List<Anchor> anchors, int nodes, boolean truncated)
      throws SQLException {
    int examined = 0;
    Set<UUID> ids = new HashSet<>();
    for (Anchor anchor : anchors) {
      examined += anchor.nearest.size();
      anchor.nearest.removeIf(near -> near.similarity < options.minVector());
      if (!anchor.nearest.isEmpty()) {
        ids.add(anchor.vector.id);
        anchor.nearest.forEach(near -> ids.add(near.id));
      }
    }
    Map<UUID, ConsolidationPair.Item> items = items(connection, ids);
    Map<String, ConsolidationPair> pairs = new LinkedHashMap<>();
    for (Anchor anchor : anchors) {
      for (Near near : anchor.nearest) {
        ConsolidationPair.Item one = items.get(anchor.vector.id);
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
    return new Found(anchors.size(), nodes, truncated, examined, pairs.size(), best);
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
