package io.perdura.recall;

import static io.perdura.recall.HybridKit.event;
import static io.perdura.recall.HybridKit.ids;
import static io.perdura.recall.HybridKit.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.perdura.kernel.Viewer;
import io.perdura.schema.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LexicalArmTest {
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

  private static List<UUID> find(String scope, String text) {
    return ids(kit.arms("lexical").find(query(scope, text, 10)));
  }

  @Test
  void aNodeIsFoundByItsWordsBeforeItHasAnEmbedding() throws SQLException {
    kit.write(event("pending", "The invoice of Acme was paid late"));
    UUID fresh = kit.write(event("pending", "Grace ordered a purple telescope").pending());

    List<HybridSeed> seeds =
        kit.arms("vector,lexical").find(query("pending", "who ordered telescopes", 10)).seeds();

    assertThat(seeds).hasSize(1);
    assertThat(seeds.getFirst().id()).isEqualTo(fresh);
    assertThat(seeds.getFirst().pending()).isTrue();
    assertThat(seeds.getFirst().similarity()).isBetween(0.5, 0.9);
    assertThat(seeds.getFirst().arms()).containsExactly(Arm.LEXICAL);
  }

  @Test
  void theFirstNodeOfAScopeIsFoundAlthoughTheScopeWasJustSeenEmpty() throws SQLException {
    HybridSeeds arms = kit.arms("vector,lexical");
    assertThat(ids(arms.find(query("fresh", "purple telescope", 10)))).isEmpty();

    UUID first = kit.write(event("fresh", "Grace ordered a purple telescope").pending());

    assertThat(ids(arms.find(query("fresh", "purple telescope", 10)))).containsExactly(first);
  }

  @Test
  void aRareWordCountsMoreThanACommonOne() throws SQLException {
    UUID rare = kit.write(event("rarity", "the customer mentioned a zeppelin once"));
    for (int i = 0; i < 40; i++) {
      kit.write(event("rarity", "the customer called about order " + i));
    }

    assertThat(find("rarity", "customer order zeppelin").getFirst()).isEqualTo(rare);
  }

  @Test
  void titlesAreSearchedToo() throws SQLException {
    UUID titled = kit.write(event("titles", "a plan").titled("Migration to Lisbon"));

    assertThat(find("titles", "lisbon")).containsExactly(titled);
  }

  @Test
  void otherScopesAreNeverFoundWhateverTheirNames() throws SQLException {
    kit.write(event("mine", "cobalt"));
    UUID quoted = kit.write(event("it's | \\ 'mine'", "cobalt"));

    assertThat(find("it's | \\ 'mine'", "cobalt")).containsExactly(quoted);
    assertThat(find("nowhere", "cobalt")).isEmpty();
  }

  @Test
  void privateNodesAreFoundByTheirOwnerOnly() throws SQLException {
    UUID own = kit.write(event("lanes", "secret marmalade").ownedBy("ada"));

    assertThat(find("lanes", "marmalade")).isEmpty();
    assertThat(
            ids(
                kit.arms("lexical")
                    .find(query("lanes", "marmalade", Viewer.of("ada", null), List.of(), 5))))
        .containsExactly(own);
  }

  @Test
  void whatMayNotBeASeedIsNotFound() throws SQLException {
    kit.write(event("kinds", "basalt").tier("cold"));
    kit.write(event("kinds", "basalt").as("evidence"));
    kit.write(event("kinds", "basalt").as("topic").slots("{\"topic_state\":\"draft\"}"));
    UUID draftRule = kit.write(event("kinds", "basalt").as("rule"));
    UUID activeRule = kit.write(event("kinds", "basalt").as("rule"));
    UUID topic = kit.write(event("kinds", "basalt").as("topic"));
    try (var statement = kit.connection.createStatement()) {
      statement.execute(
          "insert into memory_rule_defs (scope, rule_node_id, state) values ('kinds', '%s', 'draft'), ('kinds', '%s', 'active')"
              .formatted(draftRule, activeRule));
    }

    assertThat(find("kinds", "basalt")).containsExactlyInAnyOrder(activeRule, topic);
  }

  @Test
  void queriesWithoutWordsFindNothing() throws SQLException {
    kit.write(event("words", "anything at all"));

    assertThat(find("words", "what is the of and")).isEmpty();
    assertThat(find("words", "?!... --- ''")).isEmpty();
    assertThat(find("words", "")).isEmpty();
  }

  @Test
  void hostileQueriesAreJustWords() throws SQLException {
    UUID node = kit.write(event("hostile", "rope & ladder"));

    assertThat(find("hostile", "rope' | 'x & !(ladder:* <-> \\")).containsExactly(node);
    for (String text :
        List.of(
            "'",
            "\\",
            "a:b:c",
            "!!!",
            "<b onclick='x'>rope</b>",
            "\0rope",
            "x".repeat(5000),
            "scope:hostile",
            "1e5 -3.2 a@b.c http://x.y/z?q=1",
            "\ud83d",
            "\u200b \u00a0")) {
      assertThatCode(() -> find("hostile", text)).as(text).doesNotThrowAnyException();
    }
    assertThat(find("hostile", "word ".repeat(20_000) + "rope")).isEmpty();
  }

  @Test
  void aCommonWordInALargeScopeIsAnsweredFromTheNewestNodes() throws SQLException {
    List<HybridKit.Node> nodes = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      nodes.add(event("large", "meeting number n" + i));
    }
    List<UUID> written = kit.write(nodes);

    List<UUID> found = find("large", "meeting");

    assertThat(found).hasSize(10);
    assertThat(written.subList(2000, 3000)).containsAll(found);
    assertThat(find("large", "meeting n17").getFirst()).isEqualTo(written.get(17));
  }
}
