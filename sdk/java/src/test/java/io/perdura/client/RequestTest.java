package io.perdura.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.client.model.EraseScopeRequest;
import io.perdura.client.model.EventRequest;
import io.perdura.client.model.FindRequest;
import io.perdura.client.model.Lane;
import io.perdura.client.model.ListSessionEventsParams;
import io.perdura.client.model.NodeInput;
import io.perdura.client.model.NodeType;
import io.perdura.client.model.Pack;
import io.perdura.client.model.PackImportAnswer;
import io.perdura.client.model.PackImportRequest;
import io.perdura.client.model.RecallAnswer;
import io.perdura.client.model.RecallTextRequest;
import io.perdura.client.model.WriteRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestTest {
  private final FakeTransport transport = new FakeTransport();

  @Test
  void aRequestIsWrittenAsTheDocumentNamesIt() throws Exception {
    client(builder())
        .memory()
        .write(
            new WriteRequest()
                .inputText("text")
                .autoEmbed(false)
                .nodes(
                    List.of(
                        new NodeInput()
                            .type(NodeType.SELF_MODEL)
                            .memoryLane(Lane.SHARED)
                            .slots(Map.of("a", 1)))))
        .get();
    Transport.Request request = transport.only();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).hasToString("http://perdura.test/v1/memory/write");
    assertThat(request.headers()).containsEntry("content-type", "application/json");
    assertThat(Json.MAPPER.readTree(FakeTransport.body(request)))
        .isEqualTo(
            json(
                "{'input_text':'text','auto_embed':false,'nodes':[{'type':'self_model','memory_lane':'shared','slots':{'a':1}}]}"));
  }

  @Test
  void parametersOfPathAndQueryAreEncoded() {
    client(builder().baseUrl("https://host:8443/perdura/"))
        .sessions()
        .events(
            "a/b c?",
            new ListSessionEventsParams().limit(2).includeMeta(true).consumerAgentId("ä&=+"))
        .get();
    assertThat(transport.only().uri())
        .hasToString(
            "https://host:8443/perdura/v1/memory/sessions/a%2Fb%20c%3F/events"
                + "?consumer_agent_id=%C3%A4%26%3D%2B&include_meta=true&limit=2");
  }

  @Test
  void theClientsTenantAndScopeFillWhatARequestLeavesOpen() throws Exception {
    Perdura client = client(builder().tenantId("acme").scope("notes").adminToken("t"));
    client.memory().find(new FindRequest()).get();
    client.memory().find(new FindRequest().scope("other")).get();
    client.admin().erasure().scope(new EraseScopeRequest().scope("gone")).get();
    client.sessions().events("s", null).get();
    client.memory().find(new FindRequest().tenantId("other")).get();
    List<Transport.Request> sent = transport.requests();
    assertThat(sent.get(0).headers()).containsEntry("x-tenant-id", "acme");
    assertThat(FakeTransport.body(sent.get(0))).isEqualTo("{\"scope\":\"notes\"}");
    assertThat(FakeTransport.body(sent.get(1))).isEqualTo("{\"scope\":\"other\"}");
    assertThat(json(FakeTransport.body(sent.get(2))))
        .isEqualTo(json("{'scope':'gone','tenant_id':'acme'}"));
    assertThat(sent.get(3).uri().getQuery()).isEqualTo("scope=notes");
    assertThat(sent.get(4).headers()).doesNotContainKey("x-tenant-id");
  }

  @Test
  void credentialsGoWhereTheyAreAskedFor() {
    Perdura client = client(builder().apiKey("key").bearer("token").adminToken("admin"));
    client.memory().find(new FindRequest()).get();
    client.admin().cluster().members().get();
    client.memory().recallText(new RecallTextRequest().queryText("q")).get();
    assertThat(transport.requests().get(0).headers())
        .containsEntry("x-api-key", "key")
        .containsEntry("authorization", "Bearer token")
        .doesNotContainKey("x-admin-token");
    assertThat(transport.requests().get(1).headers()).containsEntry("x-admin-token", "admin");
    assertThat(transport.requests().get(2).headers()).containsEntry("x-admin-token", "admin");
  }

  @Test
  void theCallersOwnKeyAndIdAreTaken() {
    transport.answer(200, "{}", "x-request-id", "r-1", "idempotency-replayed", "true");
    Result<?> result =
        client(builder())
            .sessions()
            .append(new EventRequest().sessionId("s"))
            .idempotencyKey("mine")
            .requestId("r-1")
            .send();
    assertThat(transport.only().headers())
        .containsEntry("idempotency-key", "mine")
        .containsEntry("x-request-id", "r-1");
    assertThat(result.replayed()).isTrue();
    assertThat(result.requestId()).isEqualTo("r-1");
    assertThat(result.status()).isEqualTo(200);
    assertThatThrownBy(() -> client(builder()).memory().find(new FindRequest()).idempotencyKey("k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("find");
  }

  @Test
  void anErrorTellsAllThatTheServerSaid() {
    transport.answer(
        400,
        "{\"error\":\"invalid_request\",\"issues\":[{\"path\":\"nodes.0.type\",\"message\":\"Required\"}]}",
        "x-request-id",
        "r-2");
    assertThatThrownBy(() -> client(builder()).memory().write(new WriteRequest()).get())
        .isInstanceOfSatisfying(
            ApiException.class,
            error -> {
              assertThat(error.status()).isEqualTo(400);
              assertThat(error.code()).isEqualTo("invalid_request");
              assertThat(error.requestId()).isEqualTo("r-2");
              assertThat(error.attempts()).isEqualTo(1);
              assertThat(error.details()).isEmpty();
              assertThat(error.issues()).hasSize(1);
              assertThat(error.issues().get(0).path()).isEqualTo("nodes.0.type");
              assertThat(error).hasMessage("400 invalid_request: nodes.0.type Required");
            });
    transport.answer(409, "{\"error\":\"write_conflict\",\"message\":\"m\",\"details\":{\"a\":1}}");
    assertThatThrownBy(() -> client(builder()).memory().write(new WriteRequest()).get())
        .isInstanceOfSatisfying(
            ApiException.class,
            error ->
                assertThat(error.details())
                    .hasValueSatisfying(details -> assertThat(details.get("a").asInt()).isOne()));
  }

  @Test
  void anAnswerKeepsWhatANewerServerAdds() throws Exception {
    String answer =
        "{'scope':'s','seeds':[{'id':'x','future':1}],'future':{'a':null}}".replace('\'', '"');
    transport.answer(200, answer);
    RecallAnswer recalled =
        client(builder()).memory().recallText(new RecallTextRequest().queryText("q")).get();
    assertThat(recalled.additional()).containsKey("future");
    assertThat(recalled.getSeeds().get(0).additional()).containsEntry("future", 1);
    assertThat(Json.MAPPER.readTree(Json.bytes(recalled))).isEqualTo(Json.MAPPER.readTree(answer));
  }

  @Test
  void aValueThatThisVersionDoesNotKnowIsNoFault() {
    transport.answer(200, "{\"nodes\":[{\"type\":\"dream\"}]}");
    assertThat(client(builder()).memory().find(new FindRequest()).get().getNodes().get(0).getType())
        .isEqualTo(NodeType.UNRECOGNIZED);
  }

  @Test
  void aPackComesThroughUnchanged() throws Exception {
    String text =
        ("{'version':'aionis_pack_v1','tenant_id':'t','scope':'s','nodes':[{'id':'1','type':'event','title':null,"
                + "'salience':0.1,'slots':{'n':1.0,'big':12345678901234567890,'x':null}}],'edges':[],'commits':[{'id':'c','parent_id':null}]}")
            .replace('\'', '"');
    Pack pack = Json.MAPPER.readValue(text, Pack.class);
    Call<PackImportAnswer> call =
        client(builder()).packs().importPack(new PackImportRequest().pack(pack).verifyOnly(true));
    call.get();
    assertThat(json(FakeTransport.body(transport.only())).get("pack"))
        .isEqualTo(Json.MAPPER.readTree(text));
  }

  @Test
  void secretsAreNotShownInText() {
    assertThat(new io.perdura.client.model.NewApiKey().apiKey("s3cret").toString())
        .doesNotContain("s3cret")
        .contains("***");
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> Perdura.builder().baseUrl("localhost:3001"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Perdura.builder().timeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Perdura.builder().maxRetries(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Perdura.Builder builder() {
    return Perdura.builder().baseUrl("http://perdura.test");
  }

  private Perdura client(Perdura.Builder builder) {
    return builder.transport(transport).build();
  }

  private static JsonNode json(String text) throws Exception {
    return Json.MAPPER.readTree(text.replace('\'', '"'));
  }
}
