package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Database;
import io.perdura.kernel.Viewer;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stage 2 finds the edges that a plain reading of the contract finds, hubs or not. */
class NeighbourhoodTest {
  private static final String SCOPE = "graph";

  private final Random random = new Random(7);
  private final List<UUID> nodes = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();
  private TestDatabase tests;
  private CandidateKit kit;

  /** Weights are distinct, so that the best edges are the same whoever sorts them. */
  private record Edge(UUID src, UUID dst, float weight) {
    String key() {
      return src + " " + dst;
    }
  }

  @BeforeEach
  void open() throws SQLException {
    tests = TestDatabase.fresh();
    kit = new CandidateKit(tests);
    int generation = kit.generation(2);
    List<CandidateKit.Node> written =
        Stream.generate(() -> CandidateKit.node(SCOPE, 1, 0)).limit(3000).toList();
    kit.write(generation, written);
    written.forEach(node -> nodes.add(node.id()));
  }

  @AfterEach
  void close() throws SQLException {
    tests.close();
  }

  @Test
  void sparseGraphIsFoundWhole() throws SQLException {
    for (int i = 0; i < 400; i++) {
      link(i, 400 + i);
      link(800 + i % 40, i);
    }
    store();

    assertFinds(Knobs.STRICT_EDGES, 0, 24);
    assertFinds(Knobs.LITE, 0, 12);
  }

  @Test
  void hubsGiveTheirBestEdgesAndNoOthers() throws SQLException {
    for (int hub = 0; hub < 5; hub++) {
      for (int i = 0; i < 700; i++) {
        link(hub, 100 + (hub * 400 + i) % 2800);
        link(100 + (hub * 300 + i) % 2800, hub);
      }
    }
    for (int i = 100; i < 900; i++) {
      link(i, i + 1000);
    }
    store();

    assertFinds(Knobs.STRICT_EDGES, 0, 24);
    assertFinds(Knobs.STRICT_EDGES, 100, 24);
    assertFinds(Knobs.QUALITY_FIRST, 3, 1);
    assertFinds(Knobs.LOCAL, 0, 16);
  }

  @Test
  void oneStrongHubAmongWeakNeighboursIsReadToItsEnd() throws SQLException {
    for (int i = 0; i < 390; i++) {
      link(0, 100 + i);
    }
    for (int i = 1; i < 24; i++) {
      link(i, 600 + i);
    }
    store();

    assertFinds(Knobs.STRICT_EDGES, 0, 24);
  }

  private void link(int src, int dst) {
    edges.add(new Edge(nodes.get(src), nodes.get(dst), 0));
  }

  private void store() throws SQLException {
    List<Integer> ranks = new ArrayList<>();
    for (int i = 0; i < edges.size(); i++) {
      ranks.add(i);
    }
    java.util.Collections.shuffle(ranks, random);
    for (int i = 0; i < edges.size(); i++) {
      float weight = 0.1f + 0.9f * ranks.get(i) / edges.size();
      edges.set(i, new Edge(edges.get(i).src, edges.get(i).dst, weight));
    }
    String commit = kit.text("select id from memory_commits limit 1");
    try (Connection connection = tests.dataSource().getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into memory_edges (id, scope, type, src_id, dst_id, weight, confidence, commit_id)"
                    + " values (gen_random_uuid(), ?, 'related_to', ?, ?, ?, 1, ?::uuid) on conflict do nothing")) {
      for (Edge edge : edges) {
        insert.setString(1, SCOPE);
        insert.setObject(2, edge.src);
        insert.setObject(3, edge.dst);
        insert.setFloat(4, edge.weight);
        insert.setString(5, commit);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void assertFinds(Knobs knobs, int firstSeed, int seeds) {
    List<UUID> candidates = nodes.subList(firstSeed, firstSeed + seeds);
    Neighbourhood found =
        new NeighbourhoodStore(new Database(tests.dataSource()))
            .load(
                new NeighbourhoodStore.Wish(
                    SCOPE,
                    Viewer.NOBODY,
                    candidates,
                    false,
                    knobs,
                    new Flags(false, false, false, false, false, 10)));

    assertThat(found.seedIds()).as("seeds").isEqualTo(candidates);
    List<Edge> wanted = expected(knobs, new LinkedHashSet<>(candidates));
    assertThat(wanted).as("edges there are").isNotEmpty();
    // Nodes beyond the budget are not loaded, and edges need both ends.
    assertThat(found.edges().stream().map(edge -> edge.src() + " " + edge.dst()).toList())
        .as("edges, best first")
        .isEqualTo(
            wanted.stream()
                .filter(e -> found.nodes().containsKey(e.src) && found.nodes().containsKey(e.dst))
                .map(Edge::key)
                .toList());
    Set<UUID> met = new HashSet<>(candidates);
    wanted.forEach(edge -> met.addAll(List.of(edge.src, edge.dst)));
    assertThat(found.nodes().keySet()).as("nodes").isSubsetOf(met);
    assertThat(found.nodes()).hasSize(Math.min(met.size(), knobs.nodeBudget()));
  }

  /** The contract's words, one after the other. */
  private List<Edge> expected(Knobs knobs, Set<UUID> seeds) {
    Set<UUID> from = new LinkedHashSet<>(seeds);
    if (knobs.hops() == 2) {
      for (Edge edge : bothSides(knobs, seeds)) {
        from.add(edge.src);
        from.add(edge.dst);
      }
    }
    return bothSides(knobs, from).stream()
        .distinct()
        .sorted(Comparator.comparingDouble(Edge::weight).reversed())
        .limit(knobs.edgeBudget())
        .toList();
  }

  private List<Edge> bothSides(Knobs knobs, Set<UUID> from) {
    List<Edge> best = new ArrayList<>(best(knobs, from, Edge::src));
    best.addAll(best(knobs, from, Edge::dst));
    return best;
  }

  private List<Edge> best(Knobs knobs, Set<UUID> from, Function<Edge, UUID> side) {
    return edges.stream()
        .filter(edge -> from.contains(side.apply(edge)))
        .filter(edge -> edge.weight >= (float) knobs.minEdgeWeight())
        .sorted(Comparator.comparingDouble(Edge::weight).reversed())
        .limit(knobs.hopBudget())
        .toList();
  }
}
