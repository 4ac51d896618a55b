package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * POST /v1/memory/recall and /recall_text as the contract's section 5 states them, with the vector
 * arm alone.
 */
class RecallContractIT {
  private static final int DIMENSION = 1536;

  private final Api api = SharedServer.get().api();
  private final String scope = "recall-" + UUID.randomUUID();

  /** The unit vector with cosine {@code c} to the first axis. */
  private static ArrayNode vector(double c) {
    ArrayNode vector = Jsons.array().add(c).add(Math.sqrt(1 - c * c));
    for (int i = 2; i < DIMENSION; i++) {
      vector.add(0);
    }
    return vector;
  }

  private static ObjectNode node(String id, String type, double cosine) {
    ObjectNode node = Jsons.object().put("client_id", id).put("type", type).put("title", id);
    node.set("embedding", vector(cosine));
    return node;
  }

  private static ObjectNode edge(
      String type, String src, String dst, double weight, double confidence) {
    ObjectNode edge =
        Jsons.object().put("type", type).put("weight", weight).put("confidence", confidence);
    edge.putObject("src").put("client_id", src);
    edge.putObject("dst").put("client_id", dst);
    return edge;
  }

  private void writeR1() {
    ObjectNode write =
        Jsons.object().put("scope", scope).put("input_text", "r1").put("memory_lane", "shared");
    write.put("auto_embed", false).put("trigger_topic_cluster", false);
    ArrayNode nodes = write.putArray("nodes");
    nodes.add(node("e1", "event", 0.9).put("salience", 0.8).put("confidence", 0.6));
    nodes.add(node("t1", "topic", 0.2));
    nodes.add(node("e2", "event", 0.1).put("confidence", 0.9));
    ObjectNode draft = node("d1", "topic", 0.1);
    draft.putObject("slots").put("topic_state", "draft");
    nodes.add(draft);
    nodes.add(node("x1", "evidence", 0.95));
    ArrayNode edges = write.putArray("edges");
    edges.add(edge("part_of", "e1", "t1", 0.8, 0.5));
    edges.add(edge("part_of", "e2", "t1", 1, 1));
    edges.add(edge("part_of", "e1", "d1", 0.6, 0.5));
    edges.add(edge("derived_from", "e1", "x1", 0.4, 0.4));
    edges.add(edge("related_to", "e1", "e2", 0.1, 0.9));
    api.post("/v1/memory/write", write).ok();
  }

  private ObjectNode recallBody() {
    ObjectNode body = Jsons.object().put("scope", scope).put("limit", 1).put("max_nodes", 10);
    body.set("query_embedding", vector(1));
    return body;
  }

  @Test
  void conformanceVectorR1IsExact() {
    writeR1();

    JsonNode answer = api.post("/v1/memory/recall", recallBody()).ok();

    assertThat(answer.get("seeds")).hasSize(1);
    assertThat(answer.at("/seeds/0/similarity").doubleValue())
        .isCloseTo(0.9000000029802327, within());
    assertThat(titles(answer.at("/subgraph/nodes"), "title"))
        .containsExactly("e1", "t1", "e2", "x1", "d1");
    assertThat(answer.at("/subgraph/edges")).hasSize(4);
    double[][] expected = {
      {0.875, 0.8225}, {0.1575, 0.26025}, {0.070875, 0.2596125}, {0.07, 0.199}
    };
    for (int i = 0; i < expected.length; i++) {
      JsonNode ranked = answer.get("ranked").get(i);
      assertThat(ranked.get("activation").doubleValue()).isCloseTo(expected[i][0], within());
      assertThat(ranked.get("score").doubleValue()).isCloseTo(expected[i][1], within());
    }
    String text = answer.at("/context/text").textValue();
    assertThat(text).startsWith("# Topics / Concepts\n- t1 (node:");
    assertThat(text).contains("# Supporting Events / Evidence\n- (no summary) (node:");
  }

  @Test
  void everyKeyOfTheAnswerIsThere() {
    writeR1();

    Wire.assertBody(
        api.post("/v1/memory/recall", recallBody()).ok(),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','seeds':'<any>','subgraph':{'nodes':'<any>','edges':'<any>'},'ranked':'<any>',"
            + "'context':{'text':'<text>','items':'<any>','citations':'<any>'},"
            + "'trajectory':{'strategy':'balanced','layers':'<any>','budgets':{'limit':1,'neighborhood_hops':2,'max_nodes':10,"
            + "'max_edges':80,'ranked_limit':140,'min_edge_weight':0.2,'min_edge_confidence':0.2},"
            + "'pruned_reasons':['edge_quality_thresholds_active']},"
            + "'observability':{'stage_timings_ms':{'stage1_candidates_ann_ms':'<number>','stage1_candidates_exact_fallback_ms':"
            + "'<number>','stage2_edges_ms':'<number>','stage2_nodes_ms':'<number>','stage2_spread_ms':'<number>',"
            + "'stage3_context_ms':'<number>','rule_defs_ms':'<number>','audit_insert_ms':'<number>','debug_embeddings_ms':"
            + "'<number>'},'inflight_wait_ms':'<number>','adaptive':{'profile':{'profile':'strict_edges','applied':false,"
            + "'reason':'<text>'},'hard_cap':{'applied':false,'reason':'<text>'}},'stage1':'<any>','neighborhood_counts':'<any>'}}",
        "arms",
        "database_round_trips");
  }

  @Test
  void emptyScopeGivesTheSameShapeWithNothingInIt() {
    JsonNode answer = api.post("/v1/memory/recall", recallBody()).ok();

    assertThat(answer.get("seeds")).isEmpty();
    assertThat(answer.get("ranked")).isEmpty();
    assertThat(answer.at("/context/text").textValue()).isEmpty();
    assertThat(answer.at("/trajectory/pruned_reasons").toString()).contains("seed_empty");
  }

  @Test
  void wrongDimensionIsA400AndNullKnobsCountAsAbsent() {
    ObjectNode wrong = recallBody();
    wrong.putArray("query_embedding").add(1).add(0);
    Api.Answer refused = api.post("/v1/memory/recall", wrong);
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);

    ObjectNode nulls = recallBody();
    nulls.putNull("limit").putNull("max_nodes");
    JsonNode answer = api.post("/v1/memory/recall", nulls).ok();
    assertThat(answer.at("/trajectory/budgets/limit").intValue()).isEqualTo(24);
    assertThat(answer.at("/observability/adaptive/profile/reason").textValue())
        .isNotEqualTo("explicit_knobs");
  }

  @Test
  void textIsEmbeddedByTheDrainAndRecalledByText() {
    api.post(
            "/v1/memory/write",
            "{\"scope\":\""
                + scope
                + "\",\"input_text\":\"i\",\"memory_lane\":\"shared\",\"nodes\":[{\"client_id\":\"a\",\"type\":\"event\","
                + "\"text_summary\":\"the release train leaves on monday\"}]}")
        .ok();
    String query =
        "{\"scope\":\"" + scope + "\",\"query_text\":\"the release train  leaves on monday\"}";

    Poll.until(
        "the event is embedded and recalled",
        Duration.ofSeconds(30),
        () -> api.post("/v1/memory/recall_text", query).ok().get("seeds").size() == 1);

    JsonNode answer = api.post("/v1/memory/recall_text", query).ok();
    Wire.assertBody(
        answer.get("query"),
        "{'text':'the release train leaves on monday','embedding_provider':'fake:deterministic'}");
    assertThat(answer.at("/seeds/0/similarity").doubleValue()).isCloseTo(1.0, within());
  }

  @Test
  void debugShowsStageFiguresAndDebugEmbeddingsFollowTheRules() {
    writeR1();
    ObjectNode body = recallBody().put("return_debug", true).put("include_embeddings", true);

    Api.Answer refused = api.post("/v1/memory/recall", body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().get("error").textValue()).isEqualTo("debug_embeddings_not_allowed");

    JsonNode debug = api.post("/v1/memory/recall", Jsons.text(body), Api.ADMIN).ok().get("debug");
    assertThat(debug.at("/embeddings/0/dims").intValue()).isEqualTo(DIMENSION);
    assertThat(debug.at("/embeddings/0/preview")).hasSize(16);
    assertThat(debug.at("/stage1/final_seed_count").intValue()).isEqualTo(1);
    assertThat(debug.at("/neighborhood_counts/nodes").intValue()).isEqualTo(5);

    body.remove("return_debug");
    assertThat(api.post("/v1/memory/recall", body).json().get("error").textValue())
        .isEqualTo("debug_embeddings_requires_return_debug");
  }

  private static List<String> titles(JsonNode nodes, String field) {
    List<String> result = new ArrayList<>();
    nodes.forEach(node -> result.add(node.get(field).textValue()));
    return result;
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }
}
