package io.perdura.recall;

import static io.perdura.recall.CandidateKit.ids;
import static io.perdura.recall.CandidateKit.node;
import static io.perdura.recall.CandidateKit.query;
import static io.perdura.recall.CandidateKit.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.DatabaseSuite;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What both engines of the candidate index promise. */
abstract class CandidateIndexSuite extends DatabaseSuite {
  private static final Viewer NOBODY = Viewer.NOBODY;

  CandidateKit kit;
  private CandidateIndex index;
  private int generation;

  /** The engine under test over the suite's database. */
  abstract CandidateIndex open(Settings settings);

  /** What the server does when {@code VectorsChanged} is fired. */
  abstract void tell(CandidateIndex index);

  @BeforeAll
  void openIndex() {
    kit = new CandidateKit(database());
    generation = kit.generation(4);
    index = open(Settings.of(Map.of()));
    until(() -> {
      index.nearest(query(generation, "any", NOBODY, 1, 1, 0, 0, 0));
      return index.status().ready();
    });
  }

  @AfterAll
  void closeIndex() throws Exception {
    if (index instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  @Test
  void theNearestComeFirstWithTheirDistance() {
    Node far = node("near", 0, 1, 0, 0);
    Node near = node("near", 1, 0.1f, 0, 0);
    Node same = node("near", 2, 0, 0, 0);
    Node opposite = node("near", -1, 0, 0, 0);
    write(far, near, same, opposite);

    Candidates found = index.nearest(query(generation, "near", NOBODY, 10, 1, 0, 0, 0));

    assertThat(ids(found)).containsExactly(same.id(), near.id(), far.id(), opposite.id());
    assertThat(found.found().getFirst().similarity()).isEqualTo(1, within(1e-6));
    assertThat(found.found().get(1).similarity()).isEqualTo(1 / Math.sqrt(1.01), within(1e-6));
    assertThat(found.found().getLast().distance()).isEqualTo(2, within(1e-6));
    assertThat(found.complete()).isTrue();
  }

  @Test
  void equallyNearOnesComeInOrderOfTheirIds() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      nodes.add(node("ties", 1, 1, i % 2, 0));
    }
    write(nodes.toArray(Node[]::new));
    CandidateQuery query = query(generation, "ties", NOBODY, 12, 1, 1, 0, 0);

    assertThat(ids(index.nearest(query))).isEqualTo(CandidateKit.truth(nodes, query));
  }

  @Test
  void aSearchFindsNothingOfOtherScopes() {
    Node own = node("scope a", 0, 0, 0, 1);
    write(
        own, node("scope b", 1, 0, 0, 0), node("scope", 1, 0, 0, 0), node("scope a ", 1, 0, 0, 0));

    assertThat(nearest("scope a", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(own));
  }

  @Test
  void anEmptyScopeHasNothingNear() {
    Candidates found = index.nearest(query(generation, "empty", NOBODY, 10, 1, 0, 0, 0));

    assertThat(found.found()).isEmpty();
    assertThat(found.complete()).isTrue();
  }

  @Test
  void theLimitOfTheCallerIsKept() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      nodes.add(node("limit", 1, i, 0, 0));
    }
    write(nodes.toArray(Node[]::new));

    for (int k : new int[] {1, 7, 200, 300, 1000}) {
      CandidateQuery query = query(generation, "limit", NOBODY, k, 1, 0, 0, 0);
      assertThat(ids(index.nearest(query)))
          .hasSize(Math.min(k, 300))
          .isEqualTo(CandidateKit.truth(nodes, query));
    }
  }

  @Test
  void privateNodesAreFoundByTheirOwnersAlone() {
    Node shared = node("lanes", 4, 1, 0, 0);
    Node ofAgent = node("lanes", 3, 1, 0, 0).ownedBy("ann", null);
    Node ofTeam = node("lanes", 2, 1, 0, 0).ownedBy(null, "red");
    Node ofBoth = node("lanes", 1, 1, 0, 0).ownedBy("bob", "red");
    write(shared, ofAgent, ofTeam, ofBoth);

    assertThat(nearest("lanes", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(shared));
    assertThat(nearest("lanes", Viewer.of("ann", null), 1, 0, 0, 0))
        .isEqualTo(ids(shared, ofAgent));
    assertThat(nearest("lanes", Viewer.of("bob", null), 1, 0, 0, 0)).isEqualTo(ids(shared, ofBoth));
    assertThat(nearest("lanes", Viewer.of(null, "red"), 1, 0, 0, 0))
        .isEqualTo(ids(shared, ofTeam, ofBoth));
    assertThat(nearest("lanes", Viewer.of("bob", "red"), 1, 0, 0, 0))
        .isEqualTo(ids(shared, ofTeam, ofBoth));
    // An agent is no team, and the mark of the shared lane is nobody's name.
    assertThat(nearest("lanes", Viewer.of("red", "ann"), 1, 0, 0, 0)).isEqualTo(ids(shared));
    assertThat(nearest("lanes", Viewer.of("*", "*"), 1, 0, 0, 0)).isEqualTo(ids(shared));
  }

  @Test
  void ownersAndScopesMayHaveVeryLongNames() {
    String longName = "x".repeat(40_000);
    Node own = node("long", 1, 0, 0, 0).ownedBy("a" + longName, "t" + longName);
    write(own);

    assertThat(nearest("long", Viewer.of("a" + longName, null), 1, 0, 0, 0)).isEqualTo(ids(own));
    assertThat(nearest("long", Viewer.of(null, "t" + longName), 1, 0, 0, 0)).isEqualTo(ids(own));
    assertThat(nearest("long", Viewer.of("a" + longName + "x", null), 1, 0, 0, 0)).isEmpty();
  }

  @Test
  void onlyReadyNodesOfTheHotAndWarmTierAreFound() {
    Node hot = node("tiers", 4, 1, 0, 0);
    Node warm = node("tiers", 3, 1, 0, 0).tier("warm");
    write(
        hot,
        warm,
        node("tiers", 1, 0, 0, 0).tier("cold"),
        node("tiers", 1, 0, 0, 0).tier("archive"),
        node("tiers", 1, 0, 0, 0).status("pending"),
        node("tiers", 1, 0, 0, 0).status("failed"));

    assertThat(nearest("tiers", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(hot, warm));
  }

  @Test
  void nodesOfEveryTypeAreFound() {
    List<Node> nodes = new ArrayList<>();
    for (String type : List.of("event", "entity", "topic", "rule", "evidence", "concept")) {
      nodes.add(node("types", 1, nodes.size(), 0, 0).typed(type));
    }
    write(nodes.toArray(Node[]::new));

    assertThat(nearest("types", NOBODY, 1, 0, 0, 0))
        .isEqualTo(nodes.stream().map(Node::id).toList());
  }

  @Test
  void aSearchComparesVectorsOfOneGenerationOnly() {
    int longer = kit.generation(6);
    int sameLength = kit.generation(4);
    Node node = node("generations", 1, 0, 0, 0);
    Node other = node("generations", 0, 1, 0, 0);
    kit.write(generation, node);
    kit.write(sameLength, other, node.with(0, 0, 1, 0));
    kit.write(longer, node.with(0, 0, 0, 0, 0, 1));
    tell(index);

    assertThat(nearest("generations", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node));
    Candidates second = index.nearest(query(sameLength, "generations", NOBODY, 9, 0, 1, 1, 0));
    assertThat(ids(second)).containsExactlyInAnyOrder(node.id(), other.id());
    assertThat(second.found().getFirst().similarity()).isEqualTo(1 / Math.sqrt(2), within(1e-6));
    Candidates third = index.nearest(query(longer, "generations", NOBODY, 9, 0, 0, 0, 0, 0, 1));
    assertThat(ids(third)).isEqualTo(ids(node));
    assertThat(third.found().getFirst().distance()).isEqualTo(0, within(1e-6));
  }

  @Test
  void aQueryOfTheWrongLengthIsRefused() {
    assertThatThrownBy(() ->
            new CandidateQuery(generation, 4, "wrong", new float[] {1, 0, 0}, NOBODY, 5, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a query vector of 3 values cannot be compared with generation %d, whose vectors have 4"
                .formatted(generation));
  }

  @Test
  void vectorsWithoutDirectionAreNeverFoundAndFindNothing() {
    Node some = node("zero", 1, 2, 3, 4);
    write(node("zero", 0, 0, 0, 0), some);

    assertThat(nearest("zero", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(some));
    assertThat(nearest("zero", NOBODY, 0, 0, 0, 0)).isEmpty();
  }

  @Test
  void whatWasCommittedAndToldIsFoundAtOnce() {
    for (int i = 0; i < 20; i++) {
      Node node = node("fresh " + i, 1, i, 0, 0);
      write(node);
      assertThat(nearest("fresh " + i, NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node));
    }
  }

  @Test
  void whatNobodyToldOfIsFoundSoon() {
    assertThat(nearest("untold", NOBODY, 1, 0, 0, 0)).isEmpty();
    Node node = node("untold", 1, 0, 0, 0);
    kit.write(generation, node);

    until(() -> nearest("untold", NOBODY, 1, 0, 0, 0).equals(ids(node)));
    kit.execute("delete from memory_nodes where scope = 'untold'");
    until(() -> nearest("untold", NOBODY, 1, 0, 0, 0).isEmpty());
  }

  @Test
  void whatIsNotCommittedIsNotFound() throws SQLException {
    Node node = node("open", 1, 0, 0, 0);
    try (Connection writer = dataSource().getConnection()) {
      writer.setAutoCommit(false);
      kit.write(writer, generation, List.of(node));
      tell(index);
      assertThat(nearest("open", NOBODY, 1, 0, 0, 0)).isEmpty();
      writer.rollback();
    }
    tell(index);
    assertThat(nearest("open", NOBODY, 1, 0, 0, 0)).isEmpty();
  }

  @Test
  void aTransactionThatEndsAfterLaterOnesIsNotMissed() throws SQLException {
    Node late = node("late", 1, 0, 0, 0);
    Node removed = node("late", 0, 0, 1, 0);
    write(removed);
    try (Connection writer = dataSource().getConnection();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      kit.write(writer, generation, List.of(late));
      statement.execute("delete from memory_nodes where id = '" + removed.id() + "'");
      List<Node> before = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Node quick = node("late", 0, 1, 0, 0);
        write(quick);
        before.add(quick);
        assertThat(nearest("late", NOBODY, 1, 0, 0, 0))
            .contains(quick.id(), removed.id())
            .doesNotContain(late.id())
            .hasSize(before.size() + 1);
      }
      writer.commit();
      tell(index);

      assertThat(nearest("late", NOBODY, 1, 0, 0, 0))
          .startsWith(late.id())
          .doesNotContain(removed.id())
          .hasSize(before.size() + 1);
    }
  }

  @Test
  void archivedNodesVanishAndReturn() {
    Node node = node("archive", 1, 0, 0, 0);
    Node other = node("archive", 0, 1, 0, 0);
    write(node, other);
    assertThat(nearest("archive", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node, other));

    change("update memory_nodes set tier = 'archive' where id = '" + node.id() + "'");
    assertThat(nearest("archive", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(other));

    change("update memory_nodes set tier = 'warm' where id = '" + node.id() + "'");
    assertThat(nearest("archive", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node, other));
  }

  @Test
  void aNodeThatBecomesPrivateIsHiddenFromOthers() {
    Node node = node("hide", 1, 0, 0, 0);
    write(node);
    assertThat(nearest("hide", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node));

    change(
        "update memory_nodes set memory_lane = 'private', owner_agent_id = 'ann' where id = '%s'"
            .formatted(node.id()));

    assertThat(nearest("hide", NOBODY, 1, 0, 0, 0)).isEmpty();
    assertThat(nearest("hide", Viewer.of("ann", null), 1, 0, 0, 0)).isEqualTo(ids(node));
  }

  @Test
  void erasedNodesAndDroppedVectorsVanish() {
    Node erased = node("erase", 1, 0, 0, 0);
    Node dropped = node("erase", 2, 1, 0, 0);
    Node kept = node("erase", 0, 1, 0, 0);
    write(erased, dropped, kept);
    assertThat(nearest("erase", NOBODY, 1, 0, 0, 0)).hasSize(3);

    change("delete from memory_nodes where id = '" + erased.id() + "'");
    change("delete from memory_vectors where node_id = '" + dropped.id() + "'");

    assertThat(nearest("erase", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(kept));
  }

  @Test
  void aVectorThatIsRemovedAndWrittenAgainInOneTransactionIsFound() throws SQLException {
    Node node = node("again", 1, 0, 0, 0);
    write(node);
    assertThat(nearest("again", NOBODY, 1, 0, 0, 0)).hasSize(1);
    try (Connection writer = dataSource().getConnection();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("delete from memory_vectors where node_id = '" + node.id() + "'");
      kit.write(writer, generation, List.of(node.with(0, 1, 0, 0)));
      writer.commit();
    }
    tell(index);

    Candidates found = index.nearest(query(generation, "again", NOBODY, 5, 0, 1, 0, 0));
    assertThat(ids(found)).isEqualTo(ids(node));
    assertThat(found.found().getFirst().distance()).isEqualTo(0, within(1e-6));
  }

  @Test
  void moreChangesThanAreReadAtOnceAreAllTakenIn() {
    List<Node> nodes = new ArrayList<>();
    Random random = new Random(5);
    for (float[] vector : CandidateKit.topical(2500, 4, 20, 5, 6)) {
      nodes.add(node("many", vector));
    }
    write(nodes.toArray(Node[]::new));
    CandidateQuery query =
        query(generation, "many", NOBODY, 3000, CandidateKit.gaussian(4, random));

    assertThat(ids(index.nearest(query))).isEqualTo(CandidateKit.truth(nodes, query));

    change("delete from memory_nodes where scope = 'many'");
    assertThat(index.nearest(query).found()).isEmpty();
  }

  @Test
  void rebuildingChangesNoAnswer() {
    Node node = node("rebuild", 1, 0, 0, 0);
    write(node, node("rebuild", 1, 1, 0, 0).tier("archive"));
    int stored = kit.number("select count(*) from memory_vectors");

    assertThat(index.rebuild()).isBetween(1L, (long) stored);

    assertThat(nearest("rebuild", NOBODY, 1, 0, 0, 0)).isEqualTo(ids(node));
    assertThat(index.status().ready()).isTrue();
    assertThat(index.status().engine()).isEqualTo(index.engine());
  }

  private void write(Node... nodes) {
    kit.write(generation, nodes);
    tell(index);
  }

  private void change(String sql) {
    kit.execute(sql);
    tell(index);
  }

  private List<UUID> nearest(String scope, Viewer viewer, float... vector) {
    return ids(index.nearest(query(generation, scope, viewer, 100, vector)));
  }
}
