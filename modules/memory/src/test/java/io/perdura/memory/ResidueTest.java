package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.NODE;
import static io.perdura.memory.EraseRequest.Kind.SCOPE;
import static io.perdura.memory.EraseRequest.Kind.SESSION;
import static io.perdura.memory.EraseRequest.Kind.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The proof is worth something only if it would have seen a leftover. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResidueTest {
  private static final String PLANTED = "'2026-01-01'";

  private TestDatabase server;
  private MemoryKit kit;
  private ErasureTraces traces;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    traces = new ErasureTraces(kit);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @BeforeEach
  void empty() {
    traces.empty();
    kit.execute(
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values ('"
            + new UUID(0, 9)
            + "', 'other', 'i', 'd', 'h')");
  }

  /** Statements that plant one leftover of a node in a scope, by the place that reports it. */
  private static Map<String, String> leftovers(UUID node, String scopeKey) {
    UUID other = new UUID(0, 7);
    String commit = "'" + new UUID(0, 9) + "'";
    Map<String, String> plant = new LinkedHashMap<>();
    plant.put(
        "memory_nodes",
        "insert into memory_nodes (id, scope, type, commit_id, created_at) values ('%s', '%s', 'event', %s, %s)"
            .formatted(node, scopeKey, commit, PLANTED));
    plant.put(
        "memory_edges",
        "insert into memory_edges (id, scope, type, src_id, dst_id, commit_id, created_at) values ('%s', '%s', 'part_of', '%s', '%s', %s, %s)"
            .formatted(other, scopeKey, other, node, commit, PLANTED));
    plant.put(
        "memory_rule_defs",
        "insert into memory_rule_defs (scope, rule_node_id, created_at) values ('%s', '%s', %s)"
            .formatted(scopeKey, node, PLANTED));
    plant.put(
        "memory_rule_feedback",
        "insert into memory_rule_feedback (id, scope, rule_node_id, outcome, source, created_at) values ('%s', '%s', '%s', 'neutral', 'rule_feedback', %s)"
            .formatted(other, scopeKey, node, PLANTED));
    plant.put(
        "memory_execution_decisions",
        "insert into memory_execution_decisions (id, scope, context_sha256, policy_sha256, source_rule_ids, created_at) values ('%s', '%s', 'c', 'p', '{%s}', %s)"
            .formatted(other, scopeKey, node, PLANTED));
    plant.put(
        "memory_vectors",
        "insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane) values (1, '%s', '%s', '{1,0,0,0}', true, 'event', 'shared')"
            .formatted(node, scopeKey));
    plant.put(
        "memory_outbox",
        "insert into memory_outbox (scope, commit_id, event_type, payload, created_at) values ('%s', %s, 'embed_nodes', '{\"nodes\":[{\"id\":\"%s\",\"text\":\"t\"}]}', %s)"
            .formatted(scopeKey, commit, node, PLANTED));
    plant.put(
        "memory_commits",
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash, diff_json, created_at) values ('%s', '%s', 'i', 'd', 'h2', '{\"nodes\":[{\"id\":\"%s\",\"title\":\"t\"}]}', %s)"
            .formatted(other, scopeKey, node, PLANTED));
    return plant;
  }

  private static String answer(String tenant, String json) {
    return "insert into idempotency_keys (tenant, principal, route, key, body_sha256, response, created_at, expires_at) values ('%s', 'p', 'r', 'k', 'h', '%s', %s, now() + interval '1 day')"
        .formatted(tenant, json, PLANTED);
  }

  private void eachIsSeen(EraseRequest.Kind kind, String target, Map<String, String> plant) {
    JsonNode clean = kit.residue(kind, target);
    assertThat(clean.get("clean").booleanValue()).isTrue();
    plant.forEach((place, statement) -> {
      kit.execute("set session_replication_role = replica; " + statement);
      JsonNode residue = kit.residue(kind, target);
      assertThat(residue.get("clean").booleanValue()).as(statement).isFalse();
      residue
          .get("remaining")
          .properties()
          .forEach(count ->
              assertThat(count.getValue().intValue())
                  .as(place + " planted, " + count.getKey() + " counted")
                  .isEqualTo(count.getKey().equals(place) ? 1 : 0));
      assertThat(residue.at("/looked_at/" + place).isTextual()).isTrue();
      empty();
    });
    assertThat(plant.keySet())
        .as("every count was tried")
        .containsExactlyInAnyOrderElementsOf(() -> clean.get("remaining").fieldNames());
  }

  @Test
  void everyLeftoverOfANodeIsSeen() {
    UUID node = PreparedNode.nodeId("s", "a");
    Map<String, String> plant = leftovers(node, "s");
    plant.put("idempotency_keys", answer("default", "{\"nodes\":[{\"id\":\"" + node + "\"}]}"));
    plant.put(
        "derived_topics",
        "insert into memory_nodes (id, scope, type, slots, commit_id, created_at) values (gen_random_uuid(), 's', 'topic', '{\"seed_event_id\":\"%s\"}', '%s', %s)"
            .formatted(node, new UUID(0, 9), PLANTED));
    eachIsSeen(NODE, "{'scope':'s','client_id':'a'}", plant);
  }

  @Test
  void aNodeNamedByACommitOfAnotherScopeIsSeen() {
    UUID node = PreparedNode.nodeId("s", "a");
    kit.execute(leftovers(node, "elsewhere").get("memory_commits"));
    assertThat(
            kit.residue(NODE, "{'scope':'s','client_id':'a'}")
                .at("/remaining/memory_commits")
                .intValue())
        .isEqualTo(1);
  }

  @Test
  void everyLeftoverOfASessionIsSeen() {
    UUID topic = SessionNames.node("s", "q");
    Map<String, String> plant = leftovers(topic, "s");
    plant.put("idempotency_keys", answer("default", "{\"session_node_id\":\"" + topic + "\"}"));
    eachIsSeen(SESSION, "{'scope':'s','session_id':'q'}", withTopics(plant, topic));
    Map<String, String> events = new LinkedHashMap<>();
    events.put(
        "memory_nodes",
        "insert into memory_nodes (id, client_id, scope, type, commit_id, created_at) values (gen_random_uuid(), 'session_event:q:1', 's', 'event', '%s', %s)"
            .formatted(new UUID(0, 9), PLANTED));
    events.put(
        "memory_commits",
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash, diff_json, created_at) values ('%s', 's', 'i', 'd', 'h2', '{\"nodes\":[{\"client_id\":\"session_event:q:1\"}]}', %s)"
            .formatted(new UUID(0, 7), PLANTED));
    events.put(
        "idempotency_keys",
        answer("default", "{\"nodes\":[{\"client_id\":\"session_event:q:1\"}]}"));
    events.forEach((place, statement) -> {
      kit.execute(statement);
      assertThat(
              kit.residue(SESSION, "{'scope':'s','session_id':'q'}")
                  .at("/remaining/" + place)
                  .intValue())
          .as(place)
          .isEqualTo(1);
      empty();
    });
  }

  private static Map<String, String> withTopics(Map<String, String> plant, UUID event) {
    plant.put(
        "derived_topics",
        "insert into memory_nodes (id, scope, type, slots, commit_id, created_at) values (gen_random_uuid(), 's', 'topic', '{\"seed_event_id\":\"%s\"}', '%s', %s)"
            .formatted(event, new UUID(0, 9), PLANTED));
    return plant;
  }

  private Map<String, String> scopeLeftovers(String tenant, String scopeKey) {
    kit.generations.configured();
    Map<String, String> plant = leftovers(new UUID(0, 5), scopeKey);
    plant.put("idempotency_keys", answer(tenant, "{\"scope\":\"s\"}"));
    plant.put(
        "memory_recall_audit",
        "insert into memory_recall_audit (scope, endpoint, query_sha256, created_at) values ('%s', 'recall', 'h', %s)"
            .formatted(scopeKey, PLANTED));
    plant.put(
        "memory_request_telemetry",
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, created_at) values ('%s', 's', 'write', 200, 1, %s)"
            .formatted(tenant, PLANTED));
    plant.put(
        "memory_rule_sets",
        "insert into memory_rule_sets (scope, updated_at) values ('%s', %s)"
            .formatted(scopeKey, PLANTED));
    plant.put(
        "embedding_scopes",
        "insert into embedding_scopes (scope, generation_id, updated_at) values ('%s', 1, %s)"
            .formatted(scopeKey, PLANTED));
    return plant;
  }

  @Test
  void everyLeftoverOfAScopeIsSeen() {
    eachIsSeen(SCOPE, "{'scope':'s'}", scopeLeftovers("default", "s"));
  }

  @Test
  void everyLeftoverOfATenantIsSeen() {
    String scopeKey = "tenant:acme::scope:s";
    for (Map.Entry<String, String> plant : scopeLeftovers("acme", scopeKey).entrySet()) {
      kit.execute(
          "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values (gen_random_uuid(), '"
              + scopeKey
              + "', 'i', 'd', 'first')");
      kit.execute("set session_replication_role = replica; " + plant.getValue());
      assertThat(
              kit.residue(TENANT, "{'tenant_id':'acme'}")
                  .at("/remaining/" + plant.getKey())
                  .intValue())
          .as(plant.getKey())
          .isPositive();
      assertThat(kit.residue(TENANT, "{'tenant_id':'default'}").get("clean").booleanValue())
          .isTrue();
      empty();
    }
  }
}
