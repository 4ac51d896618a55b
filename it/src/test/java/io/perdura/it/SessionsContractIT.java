package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Sessions and their events, section 6. */
class SessionsContractIT {
  private final Api api = SharedServer.get().api();
  private final String scope = "sessions-" + UUID.randomUUID();

  private Api.Answer post(String path, String rest) {
    return api.post(
        "/v1/memory/" + path, ("{'scope':'" + scope + "'," + rest + "}").replace('\'', '"'));
  }

  private JsonNode events(String session, String query) {
    return api.get("/v1/memory/sessions/" + session + "/events?scope=" + scope + query).ok();
  }

  @Test
  void sessionIsCreatedAndAnsweredToTheField() {
    Wire.assertBody(
        post(
                "sessions",
                "'session_id':' s1 ','title':'First','memory_lane':'shared','metadata':{'k':1}")
            .ok(),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','session_id':'s1','session_node_id':'<uuid>','session_uri':'<text>','commit_id':'<uuid>','commit_hash':'<hash>',"
            + "'nodes':[{'id':'<uuid>','client_id':'session:s1','type':'topic'}],'edges':[],'embedding_backfill':null}");
  }

  @Test
  void eventIsAppendedAndTheSessionIsMadeOnDemand() {
    String request =
        "{\"session_id\":\"s1\",\"event_id\":\"e1\",\"input_text\":\"user asked for a refund\",\"memory_lane\":\"shared\"}";
    JsonNode answer = api.post("/v1/memory/events", request).ok();

    assertThat(answer.get("event_node_id").textValue())
        .isEqualTo("85c53b04-d878-5405-8fc9-b174972728c5");
    assertThat(answer.get("session_node_id").textValue())
        .isEqualTo("cc9bf82f-61dc-5434-9ac7-34000921784d");
    assertThat(answer.get("event_uri").textValue())
        .isEqualTo("aionis://default/default/event/85c53b04-d878-5405-8fc9-b174972728c5");
    assertThat(answer.at("/nodes/1/client_id").textValue()).isEqualTo("session_event:s1:e1");
    assertThat(api.post("/v1/memory/events", request).ok().get("event_node_id"))
        .isEqualTo(answer.get("event_node_id"));
  }

  @Test
  void eventsAreListedNewestFirstWithAProbeForMore() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      post(
              "events",
              "'session_id':'s','event_id':'e"
                  + i
                  + "','title':'T"
                  + i
                  + "','memory_lane':'shared'")
          .ok();
      Thread.sleep(2);
    }

    JsonNode page = events("s", "&limit=2&include_meta=false&include_slots=true");

    assertThat(page.at("/session/session_id").textValue()).isEqualTo("s");
    assertThat(page.at("/events/0/event_id").textValue()).isEqualTo("e2");
    assertThat(page.at("/events/0/slots/system_kind").textValue()).isEqualTo("session_event");
    assertThat(page.at("/events/0/edge_weight").intValue()).isEqualTo(1);
    assertThat(page.at("/events/0").has("commit_id")).isFalse();
    Wire.assertBody(page.get("page"), "{'limit':2,'offset':0,'returned':2,'has_more':true}");
  }

  @Test
  void unknownSessionIsAnEmptyPage() {
    Wire.assertBody(
        events("nobody", ""),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','session':null,'events':[],'page':{'limit':20,'offset':0,'returned':0,'has_more':false}}");
  }

  @Test
  void privateSessionOfAnotherAgentCannotBeAppendedTo() {
    post("sessions", "'session_id':'p','owner_agent_id':'me'").ok();

    Api.Answer refused = post("events", "'session_id':'p','title':'x','owner_agent_id':'you'");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().get("error").textValue()).isEqualTo("session_owner_mismatch");
    post("events", "'session_id':'p','title':'x','producer_agent_id':'me'").ok();
  }

  @Test
  void longAndStrangeSessionIdsWorkAndBlankOnesAreRefused() {
    String id = "ü/%20".repeat(25);
    assertThat(id.length()).isEqualTo(125);
    post("events", "'session_id':'" + id + "','event_id':'e','title':'x','memory_lane':'shared'")
        .ok();

    String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8);
    assertThat(events(encoded, "").get("events")).hasSize(1);
    assertThat(post("sessions", "'session_id':'   '").status()).isEqualTo(400);
    assertThat(post("events", "'session_id':'s'").json().at("/issues/0/path").textValue())
        .isEmpty();
  }
}
