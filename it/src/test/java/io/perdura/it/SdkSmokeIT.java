package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What the reference's client libraries do in their smoke tests, call by call (memory contract,
 * section 14).
 */
class SdkSmokeIT {
  private final Api api = SharedServer.get().api();
  private final String scope = "smoke-" + UUID.randomUUID();

  @Test
  void theSmokeSequencePasses() {
    JsonNode written =
        call(
            "/v1/memory/write",
            "{'scope':'%s','input_text':'sdk smoke','auto_embed':false,'memory_lane':'shared','nodes':[{'client_id':'smoke_evt',"
                + "'type':'event','memory_lane':'shared','text_summary':'sdk smoke event'}],'edges':[]}");
    assertThat(written.get("commit_id").textValue()).isNotBlank();
    assertThat(written.at("/nodes/0/id").textValue()).isNotBlank();

    JsonNode health = api.get("/health").ok();
    for (String flag : new String[] {"sessions_graph", "packs_export", "packs_import"}) {
      assertThat(health.at("/memory_store_feature_capabilities/" + flag).isBoolean()).isTrue();
    }
    assertThat(health.at("/memory_store_write_capabilities/shadow_mirror_v2").isBoolean()).isTrue();

    ObjectNode wish = Jsons.object();
    JsonNode exported =
        call(
            "/v1/memory/packs/export",
            "{'scope':'%s','include_nodes':false,'include_edges':false,'include_commits':false}");
    wish.set("pack", exported.get("pack"));
    wish.put("verify_only", true);
    wish.put("manifest_sha256", exported.at("/manifest/sha256").textValue());
    assertThat(
            api.post("/v1/memory/packs/import", Jsons.text(wish), Api.ADMIN)
                .ok()
                .get("verified")
                .booleanValue())
        .isTrue();

    call(
        "/v1/memory/sessions",
        "{'scope':'%s','session_id':'smoke','title':'SDK smoke','memory_lane':'shared'}");
    call(
        "/v1/memory/events",
        "{'scope':'%s','session_id':'smoke','event_id':'e1','input_text':'hello','memory_lane':'shared'}");
    JsonNode events =
        api.get(
                "/v1/memory/sessions/smoke/events?scope=" + scope + "&include_slots=false&limit=10",
                Map.of("content-type", "application/json"))
            .ok();
    assertThat(events.get("events")).isNotEmpty();

    JsonNode recalled =
        call("/v1/memory/recall_text", "{'scope':'%s','query_text':'sdk smoke event'}");
    assertThat(recalled.get("context").has("text")).isTrue();
  }

  @Test
  void theClientsRequestIdComesBackWithErrorsToo() {
    Api.Answer answer = api.post("/v1/memory/write", "{}", Map.of("x-request-id", "sdk-1"));
    assertThat(answer.header("x-request-id")).isEqualTo("sdk-1");
    assertThat(answer.header("content-type")).contains("application/json");
    assertThat(answer.json().get("error").textValue()).isEqualTo("invalid_request");
  }

  private JsonNode call(String path, String body) {
    return api.post(path, body.replace("%s", scope).replace('\'', '"'), Api.ADMIN).ok();
  }
}
