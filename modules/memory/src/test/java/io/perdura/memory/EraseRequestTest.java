package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.NODE;
import static io.perdura.memory.EraseRequest.Kind.SCOPE;
import static io.perdura.memory.EraseRequest.Kind.SESSION;
import static io.perdura.memory.EraseRequest.Kind.TENANT;
import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What may be asked for, and asking twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EraseRequestTest {
  private final Settings settings = Settings.of(Map.of());
  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
  }

  @AfterAll
  void close() {
    server.close();
  }

  private void refused(EraseRequest.Kind kind, String body, String expected) {
    ApiException refusal = refusal(() -> EraseRequest.read(kind, json(body), settings));
    assertThat(refusal.status()).as(body).isEqualTo(400);
    assertThat(refusal.body().toString()).as(body).contains(expected);
  }

  @Test
  void everyMistakeHasACodeOfItsOwn() {
    refused(NODE, "{}", "must set either node_id or client_id");
    refused(
        NODE,
        "{'client_id':'a','node_id':'00000000-0000-0000-0000-000000000001'}",
        "must set either node_id or client_id");
    refused(NODE, "{'node_id':'x'}", "Invalid uuid");
    refused(NODE, "{'client_id':' '}", "blank_client_id");
    refused(NODE, "{'client_id':'a\\u0000'}", "invalid_text");
    refused(NODE, "{'client_id':'a','scope':'tenant:x'}", "invalid_scope");
    refused(NODE, "{'client_id':'a','tenant_id':'/'}", "invalid_tenant_id");
    refused(NODE, "{'client_id':7}", "Expected string, received number");
    refused(SESSION, "{}", "session_id");
    refused(SESSION, "{'session_id':' '}", "session_id");
    refused(SESSION, "{'session_id':'" + "x".repeat(129) + "'}", "at most 128");
    refused(SCOPE, "{}", "'path':'scope'".replace('\'', '"'));
    refused(SCOPE, "{'scope':' '}", "invalid_scope");
    refused(TENANT, "{}", "'path':'tenant_id'".replace('\'', '"'));
    refused(TENANT, "{'tenant_id':'" + "x".repeat(65) + "'}", "invalid_tenant_id");
    refused(SCOPE, "{'scope':'s','reason':'" + "x".repeat(1001) + "'}", "at most 1000");
    refused(SCOPE, "{'scope':'s','reason':'\\u0000'}", "invalid_text");
    refused(SCOPE, "{'scope':'s','actor':''}", "at least 1");
  }

  @Test
  void aRepeatUnderTheSameKeyGetsTheSameAnswer() {
    kit.write("{'scope':'k','input_text':'1','nodes':[{'client_id':'a','type':'event'}]}");
    EraseRequest request = EraseRequest.read(SCOPE, json("{'scope':'k'}"), kit.settings);
    Once once = new Once("default", "admin", "/erase/scope", "key", "hash");

    Once.Answer first = kit.erasures.erase(request, once);
    kit.write("{'scope':'k','input_text':'2','nodes':[{'client_id':'b','type':'event'}]}");
    Once.Answer second = kit.erasures.erase(request, once);

    assertThat(first.replayed()).isFalse();
    assertThat(second.replayed()).isTrue();
    assertThat(second.body().toString()).isEqualTo(first.body().toString());
    assertThat(kit.value("select count(*) from memory_nodes where scope = 'k'")).isEqualTo("1");
    ApiException reused =
        refusal(() ->
            kit.erasures.erase(
                request, new Once("default", "admin", "/erase/scope", "key", "other")));
    assertThat(reused.status()).isEqualTo(409);
    assertThat(reused.code()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void aWriteRepeatedUnderTheKeyOfAnErasedOneIsGone() {
    WriteRequest write =
        WriteRequest.read(
            json("{'scope':'g','input_text':'1','nodes':[{'client_id':'a','type':'event'}]}"),
            kit.settings);
    Once once = new Once("default", "somebody", "/write", "key", "hash");
    kit.writes.write(write, once);
    kit.erase(NODE, "{'scope':'g','client_id':'a'}");

    ApiException gone = refusal(() -> kit.writes.write(write, once));

    assertThat(gone.status()).isEqualTo(410);
    assertThat(kit.value("select count(*) from memory_nodes where scope = 'g'")).isEqualTo("0");
  }

  @Test
  void theErasureOfATenantKeepsItsOwnAnswer() {
    EraseRequest request = EraseRequest.read(TENANT, json("{'tenant_id':'acme'}"), kit.settings);
    Once once = new Once("acme", "admin", "/erase/tenant", "key", "hash");
    JsonNode first = kit.erasures.erase(request, once).body();
    assertThat(kit.erasures.erase(request, once).body().toString()).isEqualTo(first.toString());
  }

  @Test
  void theLedgerHoldsIdentifiersOnly() {
    kit.write(
        "{'scope':'l','input_text':'1','nodes':[{'client_id':'a','type':'event','title':'Quicksilver'}]}");
    kit.erase(NODE, "{'scope':'l','client_id':'a','reason':'case 9','actor':'dpo'}");

    JsonNode entry = kit.rows("select * from erasure_ledger where scope = 'l'").get(0);

    assertThat(entry.get("target").textValue()).isEqualTo(PreparedNode.nodeId("l", "a").toString());
    assertThat(entry.get("reason").textValue()).isEqualTo("case 9");
    assertThat(entry.get("actor").textValue()).isEqualTo("dpo");
    assertThat(entry.get("completed_at").isTextual()).isTrue();
    assertThat(entry.toString()).doesNotContain("Quicksilver").doesNotContain("\"a\"");
  }
}
