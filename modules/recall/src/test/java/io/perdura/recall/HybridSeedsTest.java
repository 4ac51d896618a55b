package io.perdura.recall;

import static io.perdura.recall.HybridKit.event;
import static io.perdura.recall.HybridKit.ids;
import static io.perdura.recall.HybridKit.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Viewer;
import io.perdura.recall.Candidates.Candidate;
import io.perdura.schema.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HybridSeedsTest {
  private static final String ALL = "vector,lexical,entity,recency";
  private static TestDatabase database;
  private static HybridKit kit;

  @BeforeAll
  static void open() throws SQLException {
    database = TestDatabase.fresh();
    kit = new HybridKit(database.dataSource());
  }

  @AfterAll
  static void close() throws SQLException {
    kit.close();
    database.close();
  }

  @Test
  void anEntityIsFoundByTitleAndClientIdAndBringsWhatIsLinkedToIt() throws SQLException {
    UUID entity =
        kit.write(event("who", null).as("entity").titled("Zo\u00eb Finch").clientId("cust-7"));
    UUID linked = kit.write(event("who", "signed the papers"));
    UUID other = kit.write(event("who", "something else"));
    kit.edge("who", "related_to", linked, entity);
    HybridSeeds arms = kit.arms("entity");

    assertThat(ids(arms.find(query("who", "What did ZO\u00cb Finch's lawyer do?", 10))))
        .contains(entity, linked)
        .doesNotContain(other);
    assertThat(ids(arms.find(query("who", "open the file of cust-7", 10))))
        .contains(entity, linked);
    assertThat(ids(arms.find(query("who", "nobody in particular", 10)))).isEmpty();
  }

  @Test
  void aPrivateEntityIsNamedByItsOwnerOnly() throws SQLException {
    UUID entity = kit.write(event("hidden", null).as("entity").titled("Orion").ownedBy("ada"));
    UUID linked = kit.write(event("hidden", "launch plan"));
    kit.edge("hidden", "part_of", linked, entity);
    HybridSeeds arms = kit.arms("entity");

    assertThat(ids(arms.find(query("hidden", "Orion", 10)))).isEmpty();
    assertThat(ids(arms.find(query("hidden", "Orion", Viewer.of("ada", null), List.of(), 10))))
        .contains(entity, linked);
  }

  @Test
  void theNewestNodesAreFoundNewestFirst() throws SQLException {
    List<UUID> written = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      written.add(kit.write(event("news", "entry")));
    }

    List<UUID> found = ids(kit.arms("recency").find(query("news", "", 3)));

    assertThat(found).containsExactly(written.get(14), written.get(13), written.get(12));
  }

  @Test
  void anAnswerIsFoundBesideTheQuestionOfItsSession() throws SQLException {
    String session = "{\"session_id\":\"s1\"}";
    UUID question = kit.write(event("talk", "Which instrument do you play?").slots(session));
    UUID stranger =
        kit.write(event("talk", "The weather is fine").slots("{\"session_id\":\"s2\"}"));
    UUID answer = kit.write(event("talk", "The oboe, for years").slots(session));

    List<UUID> found = ids(kit.arms("lexical").find(query("talk", "instrument played", 10)));

    assertThat(found).containsExactly(question, answer).doesNotContain(stranger);
  }

  @Test
  void aSessionMayAlsoBeACommonParent() throws SQLException {
    UUID parent = kit.write(event("parents", "box").as("topic"));
    UUID first = kit.write(event("parents", "Which colour is the car?"));
    UUID second = kit.write(event("parents", "Dark green"));
    kit.edges("parents", "part_of", List.of(first, second), parent);

    assertThat(ids(kit.arms("lexical").find(query("parents", "car colour", 10))))
        .containsExactly(first, second);
  }

  @Test
  void neighboursThatTheViewerMayNotSeeStayHidden() throws SQLException {
    String session = "{\"session_id\":\"s1\"}";
    UUID question = kit.write(event("quiet", "Where is the key?").slots(session));
    kit.write(event("quiet", "Below the mat").slots(session).ownedBy("ada"));

    assertThat(ids(kit.arms("lexical").find(query("quiet", "key", 10)))).containsExactly(question);
  }

  @Test
  void vectorHitsThatMayNotBeSeedsAreLeftOut() throws SQLException {
    UUID event = kit.write(event("hits", "one"));
    UUID evidence = kit.write(event("hits", "two").as("evidence"));
    UUID gone = UUID.randomUUID();
    List<Candidate> hits =
        List.of(new Candidate(evidence, 0.1), new Candidate(gone, 0.2), new Candidate(event, 0.3));

    HybridSeeds.Result result =
        kit.arms("vector").find(query("hits", "zzz", Viewer.NOBODY, hits, 10));

    assertThat(ids(result)).containsExactly(event);
  }

  @Test
  void seedsAreLimitedAndNeverRise() throws SQLException {
    List<Candidate> hits = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      UUID id = kit.write(event("many", "apple pear number " + i));
      hits.add(new Candidate(id, 0.2 + i * 0.01));
    }

    List<HybridSeed> seeds =
        kit.arms(ALL).find(query("many", "apple number 7", Viewer.NOBODY, hits, 12)).seeds();

    assertThat(seeds).hasSize(12);
    assertThat(seeds)
        .extracting(HybridSeed::similarity)
        .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(seeds).allSatisfy(seed -> assertThat(seed.similarity()).isBetween(0.0, 1.0));
  }

  @Test
  void theReportCountsHitsAndSeedsOfEachArm() throws SQLException {
    UUID entity = kit.write(event("report", null).as("entity").titled("Vega"));
    UUID event = kit.write(event("report", "Vega shines"));
    List<Candidate> hits = List.of(new Candidate(event, 0.2));

    var json = kit.arms(ALL).find(query("report", "Vega", Viewer.NOBODY, hits, 10)).arms().toJson();

    assertThat(json.path("vector").path("hits").asInt()).isEqualTo(1);
    assertThat(json.path("lexical").path("hits").asInt()).isEqualTo(2);
    assertThat(json.path("entity").path("hits").asInt()).isEqualTo(1);
    assertThat(json.path("recency").path("hits").asInt()).isEqualTo(2);
    assertThat(json.path("lexical").path("seeds").asInt()).isEqualTo(2);
    assertThat(json.path("entity").path("seeds").asInt()).isEqualTo(1);
    assertThat(entity).isNotNull();
  }

  @Test
  void aSecondQueryOfTheSameWordsNeedsOneRoundTrip() throws SQLException {
    kit.write(event("trips", "the lighthouse keeper"));
    HybridSeeds arms = kit.arms(ALL);
    arms.find(query("trips", "lighthouse keeper", 10));
    int before = kit.statements();

    arms.find(query("trips", "lighthouse keeper", 10));

    assertThat(kit.statements() - before).isEqualTo(1);
  }
}
