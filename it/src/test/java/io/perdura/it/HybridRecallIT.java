package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** POST /v1/memory/recall_text with all arms, as a server searches that is told nothing else. */
class HybridRecallIT {
  private static final String TEXT = "Grace ordered a purple telescope";
  private static final String QUESTION = "who ordered the telescope?";

  private final TestDatabase database = TestDatabase.fresh();
  private LibertyServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop();
    }
    database.close();
  }

  private LibertyServer allArms(String name) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("PERDURA_RECALL_ARMS", null);
  }

  /** Writes events and returns the id of the first. */
  private String write(String... texts) {
    ObjectNode body =
        Jsons.object().put("scope", "hybrid").put("input_text", "t").put("memory_lane", "shared");
    for (String text : texts) {
      body.withArray("nodes").addObject().put("type", "event").put("text_summary", text);
    }
    JsonNode answer = server.api().post("/v1/memory/write", body).ok();
    return answer.path("nodes").get(0).path("id").asText();
  }

  private JsonNode recall() {
    ObjectNode body = Jsons.object().put("scope", "hybrid").put("query_text", QUESTION);
    return server.api().post("/v1/memory/recall_text", body).ok();
  }

  @Test
  void aWriteIsFoundByItsWordsAtOnceWhileNobodyCanEmbed() {
    server =
        allArms("words")
            .with("EMBEDDING_PROVIDER", "openai")
            .with("OPENAI_API_KEY", "none")
            .with("OPENAI_EMBED_ENDPOINT", "http://127.0.0.1:9/v1/embeddings")
            .start();
    assertThat(recall().path("seeds")).isEmpty();
    write("The invoice of Acme was paid late", "Nobody has seen the cat since Monday");

    String id = write(TEXT);
    JsonNode answer = recall();

    JsonNode first = answer.path("seeds").path(0);
    assertThat(first.path("id").asText()).isEqualTo(id);
    assertThat(first.path("pending").asBoolean()).isTrue();
    assertThat(first.path("embedding_status").asText()).isEqualTo("pending");
    assertThat(first.path("similarity").asDouble()).isBetween(0.5, 1.0);
    assertThat(answer.path("ranked").path(0).path("id").asText()).isEqualTo(id);
    assertThat(answer.path("context").path("text").asText()).contains(TEXT);
    JsonNode arms = answer.path("observability").path("arms");
    assertThat(arms.path("vector").path("unavailable").asText()).isNotEmpty();
    assertThat(arms.path("lexical").path("seeds").asInt()).isPositive();
  }

  @Test
  void anAnswerSaysWhatEachArmContributed() {
    server = allArms("arms").start();
    String id = write(TEXT, "The invoice of Acme was paid late");
    Poll.until(
        "the event has its vector",
        Duration.ofSeconds(30),
        () -> recall().path("observability").path("arms").path("vector").path("seeds").asInt() > 0);

    JsonNode answer = recall();

    JsonNode first = answer.path("seeds").path(0);
    assertThat(first.path("id").asText()).isEqualTo(id);
    assertThat(first.path("arms").toString()).contains("\"lexical\"", "\"recency\"");
    JsonNode arms = answer.path("observability").path("arms");
    assertThat(arms.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("vector", "lexical", "entity", "recency");
    for (JsonNode arm : arms) {
      assertThat(arm.path("hits").isInt()).isTrue();
      assertThat(arm.path("seeds").isInt()).isTrue();
      assertThat(arm.path("ms").isNumber()).isTrue();
    }
    assertThat(answer.path("observability").path("database_round_trips").asInt()).isLessThan(4);
  }
}
