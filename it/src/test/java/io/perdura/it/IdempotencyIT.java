package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An Idempotency-Key makes any write safe to repeat. */
class IdempotencyIT {
  private final Api api = SharedServer.get().api();
  private final String scope = "once-" + UUID.randomUUID();
  private final String key = UUID.randomUUID().toString();

  /** No event_id: without a key each call makes another event. */
  private String event(String text) {
    return "{\"scope\":\""
        + scope
        + "\",\"session_id\":\"s\",\"memory_lane\":\"shared\",\"title\":\""
        + text
        + "\"}";
  }

  private Api.Answer append(String text, String idempotencyKey) {
    return api.post("/v1/memory/events", event(text), Map.of("idempotency-key", idempotencyKey));
  }

  private int events() {
    return api.get("/v1/memory/sessions/s/events?scope=" + scope).ok().get("events").size();
  }

  @Test
  void repeatedRequestReturnsTheStoredAnswerAndWritesNothing() {
    Api.Answer first = append("a", key);
    Api.Answer second = append("a", key);

    assertThat(second.ok()).isEqualTo(first.ok());
    assertThat(second.header("idempotency-replayed")).isEqualTo("true");
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void spellingOfTheBodyDoesNotMatterButItsContentDoes() {
    append("a", key).ok();
    String respelled =
        "{ \"title\" : \"a\", \"memory_lane\":\"shared\", \"session_id\":\"s\",\n\"scope\":\""
            + scope
            + "\"}";

    assertThat(api.post("/v1/memory/events", respelled, Map.of("idempotency-key", key)).status())
        .isEqualTo(200);
    Api.Answer other = append("b", key);
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.json().get("error").textValue()).isEqualTo("idempotency_key_reused");
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void keysBelongToTheirTenantAndRoute() {
    append("a", key).ok();

    assertThat(
            api.post(
                    "/v1/memory/events",
                    event("b"),
                    Map.of("idempotency-key", key, "x-tenant-id", "other"))
                .status())
        .isEqualTo(200);
    assertThat(
            api.post(
                    "/v1/memory/sessions",
                    "{\"scope\":\"" + scope + "\",\"session_id\":\"z\"}",
                    Map.of("idempotency-key", key))
                .status())
        .isNotEqualTo(409);
  }

  @Test
  void refusedRequestDoesNotUseUpItsKey() {
    assertThat(
            api.post("/v1/memory/events", "{\"session_id\":\"s\"}", Map.of("idempotency-key", key))
                .status())
        .isEqualTo(400);
    assertThat(append("a", key).status()).isEqualTo(200);
  }

  @Test
  void eightAtOnceTakeEffectOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Api.Answer>> calls =
          IntStream.range(0, 8)
              .mapToObj(i -> (Callable<Api.Answer>) () -> append("a", key))
              .toList();
      for (var answer : pool.invokeAll(calls)) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(events()).isEqualTo(1);
  }

  /** The key of planning/context covers what it stores: the decision, and the rules behind it. */
  @Test
  void aRepeatedPlanDecidesOnceAndRecallsAnew() {
    Map<String, String> keyed = Map.of("idempotency-key", key);
    JsonNode first = plan("a", keyed).ok();
    assertThat(first.at("/recall/seeds")).isEmpty();
    writeEmbedded();
    Api.Answer second = plan("a", keyed);

    assertThat(second.header("idempotency-replayed")).isEqualTo("true");
    assertThat(second.ok().get("tools")).isEqualTo(first.get("tools"));
    assertThat(second.ok().get("rules")).isEqualTo(first.get("rules"));
    assertThat(second.ok().at("/recall/seeds")).as("what was written since").isNotEmpty();
    assertThat(second.ok().fieldNames()).toIterable().containsExactlyElementsOf(first::fieldNames);
    assertThat(plan("b", keyed).json().get("error").textValue())
        .isEqualTo("idempotency_key_reused");
    assertThat(plan("a", Map.of()).ok().at("/tools/decision/decision_id"))
        .isNotEqualTo(first.at("/tools/decision/decision_id"));
  }

  private void writeEmbedded() {
    ObjectNode body = Jsons.object().put("scope", scope).put("input_text", "t");
    ObjectNode node = body.put("memory_lane", "shared").putArray("nodes").addObject();
    node.put("type", "event").put("text_summary", "the harbour is closed");
    node.put("embedding_model", "fake:deterministic");
    ArrayNode vector = node.putArray("embedding");
    for (int i = 0; i < 1536; i++) {
      vector.add(i == 0 ? 1 : 0);
    }
    api.post("/v1/memory/write", body).ok();
  }

  private Api.Answer plan(String tool, Map<String, String> headers) {
    String body =
        "{'scope':'" + scope + "','query_text':'harbour','tool_candidates':['" + tool + "']}";
    return api.post("/v1/memory/planning/context", body.replace('\'', '"'), headers);
  }
}
