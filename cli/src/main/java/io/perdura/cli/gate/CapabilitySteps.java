package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.pack.PackFile;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/** The service can do what its health document says that it can, and refuses the rest as told. */
final class CapabilitySteps {
  private static final List<String> HARD =
      List.of("sessions_graph", "packs_export", "packs_import", "debug_embeddings");

  private final GateRun run;
  private final ProbeScopes scopes;
  private final List<String> reasons = new ArrayList<>();

  CapabilitySteps(GateRun run, ProbeScopes scopes) {
    this.run = run;
    this.scopes = scopes;
  }

  Step probes() {
    return Step.blocking("capability_probes", this::look);
  }

  private Outcome look() {
    reasons.clear();
    ObjectNode output = Jsons.object();
    JsonNode health = run.client.get("/health").json();
    output.set("health", health);
    checkDocument(health);
    String scope = scopes.make("capabilities");
    JsonNode features = health.path("memory_store_feature_capabilities");
    ObjectNode session = run.about(scope).put("session_id", "probe").put("memory_lane", "shared");
    session.put("producer_agent_id", "perdura-gate");
    check(
        output,
        features,
        "sessions_graph",
        "session_id",
        run.client.patiently("/v1/memory/sessions", session, false));
    Reply export = run.client.post("/v1/memory/packs/export", run.about(scope));
    check(output, features, "packs_export", "manifest", export);
    if (export.isOk()) {
      ObjectNode wish = PackFile.of(export.json()).importing(true);
      check(
          output,
          features,
          "packs_import",
          "verified",
          run.client.post("/v1/memory/packs/import", wish));
    }
    checkNearest(output, scope);
    return Outcome.judged(output, reasons);
  }

  private void checkDocument(JsonNode health) {
    need(health.path("memory_store_backend").isTextual(), "health names no backend");
    need(
        health.path("recall_store_access_capability_version").isNumber(),
        "health has no version of recall");
    need(
        health.path("write_store_access_capability_version").isNumber(),
        "health has no version of write");
    need(
        health.path("memory_store_recall_capabilities").path("debug_embeddings").isBoolean(),
        "health is silent on debug_embeddings");
    need(
        health.path("memory_store_recall_capabilities").path("audit_insert").isBoolean(),
        "health is silent on audit_insert");
    need(
        health.path("memory_store_write_capabilities").path("shadow_mirror_v2").isBoolean(),
        "health is silent on shadow_mirror_v2");
    JsonNode contract = health.path("memory_store_capability_contract");
    for (String capability : HARD) {
      JsonNode one = contract.path(capability);
      need(
          one.path("failure_mode").asText().equals("hard_fail")
              && one.path("degraded_modes").toString().equals("[\"feature_disabled\"]"),
          "the contract of " + capability + " is not hard_fail with feature_disabled");
    }
    JsonNode mirror = contract.path("shadow_mirror_v2");
    need(
        mirror.path("failure_mode").asText().equals("soft_degrade")
            && mirror
                .path("degraded_modes")
                .toString()
                .equals("[\"capability_unsupported\",\"mirror_failed\"]"),
        "the contract of shadow_mirror_v2 is not soft_degrade");
  }

  private void check(
      ObjectNode output, JsonNode features, String capability, String field, Reply reply) {
    output.set(capability, reply.document());
    if (features.path(capability).asBoolean()) {
      need(
          reply.isOk() && reply.json().has(field),
          capability + " is published as enabled and was answered with " + reply.complaint());
    } else {
      JsonNode details = reply.json().path("details");
      need(
          reply.status() == 501
              && reply.error().equals("backend_capability_unsupported")
              && details.path("degraded_mode").asText().equals("feature_disabled")
              && !details.path("fallback_applied").asBoolean(true),
          capability + " is published as disabled and was answered with " + reply.complaint());
    }
  }

  /** Parity of the engines in one case: what was written with a vector is found by that vector. */
  private void checkNearest(ObjectNode output, String scope) {
    int dimension = dimension();
    if (dimension == 0) {
      reasons.add("the service does not publish the dimension of its vectors");
      return;
    }
    double[] vector = new double[dimension];
    vector[0] = 1;
    ObjectNode write = run.about(scope).put("input_text", "parity").put("memory_lane", "shared");
    ObjectNode node = write.putArray("nodes").addObject().put("type", "event");
    node.put("client_id", "parity").put("text_summary", "parity of engines");
    node.set("embedding", Jsons.MAPPER.valueToTree(vector));
    node.put("embedding_model", "perdura:gate-probe");
    Reply written = run.client.patiently("/v1/memory/write", write, false);
    output.set("write_with_vector", written.document());
    ObjectNode question = run.about(scope).put("limit", 5);
    question.set("query_embedding", Jsons.MAPPER.valueToTree(vector));
    Reply found = run.client.patiently("/v1/memory/recall", question, true);
    output.set("recall_by_vector", found.document());
    need(
        written.isOk() && found.isOk() && !found.json().path("seeds").isEmpty(),
        "a node written with a vector is not found by it: " + found.complaint());
  }

  private int dimension() {
    JsonNode facts = run.client.get(ServiceSteps.CONFIGURATION).json().path("facts");
    return facts.path("embedding_dimension").asInt(0);
  }

  private void need(boolean truth, String otherwise) {
    if (!truth) {
      reasons.add(otherwise);
    }
  }
}
