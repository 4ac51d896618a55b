package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transport, headers and error shapes, section 1. */
class HttpConventionsIT {
  private final Api api = SharedServer.get().api();

  private Api.Answer raw(String contentType, String body) {
    return api.send(
        "POST",
        "/v1/memory/find",
        contentType,
        body == null ? null : body.getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  @Test
  void healthIsTheContractsDocument() {
    Wire.assertBody(
        api.get("/health").ok(),
        "{'ok':true,'database_target_hash':'<hash>','memory_store_backend':'postgres',"
            + "'memory_store_embedded_experimental_enabled':false,'memory_store_embedded_runtime':null,"
            + "'memory_store_embedded_snapshot_path':null,'memory_store_embedded_autosave':null,"
            + "'memory_store_embedded_snapshot_max_bytes':null,'memory_store_embedded_snapshot_max_backups':null,"
            + "'memory_store_embedded_snapshot_strict_max_bytes':null,'memory_store_embedded_snapshot_compaction_enabled':null,"
            + "'memory_store_embedded_snapshot_compaction_max_rounds':null,'memory_store_embedded_shadow_mirror_enabled':null,"
            + "'memory_store_embedded_recall_debug_embeddings_enabled':null,'memory_store_embedded_recall_audit_enabled':null,"
            + "'memory_store_embedded_session_graph_enabled':null,'memory_store_embedded_pack_export_enabled':null,"
            + "'memory_store_embedded_pack_import_enabled':null,'memory_store_embedded_snapshot_metrics':null,"
            + "'memory_store_recall_capabilities':{'debug_embeddings':true,'audit_insert':true},"
            + "'memory_store_write_capabilities':{'shadow_mirror_v2':false},"
            + "'memory_store_feature_capabilities':{'sessions_graph':true,'packs_export':true,'packs_import':true},"
            + "'memory_store_capability_contract':{"
            + "'sessions_graph':{'failure_mode':'hard_fail','degraded_modes':['feature_disabled']},"
            + "'packs_export':{'failure_mode':'hard_fail','degraded_modes':['feature_disabled']},"
            + "'packs_import':{'failure_mode':'hard_fail','degraded_modes':['feature_disabled']},"
            + "'debug_embeddings':{'failure_mode':'hard_fail','degraded_modes':['feature_disabled']},"
            + "'shadow_mirror_v2':{'failure_mode':'soft_degrade','degraded_modes':['capability_unsupported','mirror_failed']}},"
            + "'recall_store_access_capability_version':2,'write_store_access_capability_version':2}");
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/nope",
    "GET,/v1/memory/write",
    "DELETE,/v1/memory/find",
    "POST,/v1/memory/find/",
    "POST,/V1/memory/find"
  })
  void unknownRouteOrMethodIsTheFrameworks404(String method, String path) {
    Api.Answer answer = api.send(method, path, null, null, Map.of());

    assertThat(answer.status()).isEqualTo(404);
    Wire.assertBody(
        answer.json(),
        "{'message':'Route "
            + method
            + ":"
            + path
            + " not found','error':'Not Found','statusCode':404}");
    assertThat(answer.header("x-request-id")).isNotBlank();
  }

  @Test
  void requestIdIsEchoedAndTheFrameworksHeaderWins() {
    assertThat(api.get("/health", Map.of("x-request-id", " abc ")).header("x-request-id"))
        .isEqualTo("abc");
    assertThat(
            api.get("/health", Map.of("x-request-id", "abc", "request-id", "r 1"))
                .header("x-request-id"))
        .isEqualTo("r 1");
    assertThat(api.get("/health").header("x-request-id")).matches("[0-9a-f-]{36}");
  }

  @Test
  void jsonAnswersSayTheirCharacterSet() {
    assertThat(api.get("/health").header("content-type"))
        .isEqualTo("application/json; charset=utf-8");
    assertThat(api.post("/v1/memory/find", "[]").header("content-type"))
        .isEqualTo("application/json; charset=utf-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/v1/memory/write", "/nope"})
  void optionsIsAnsweredOnAnyPath(String path) {
    Api.Answer answer =
        api.send("OPTIONS", path, null, null, Map.of("origin", "https://app.example"));

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET,POST,OPTIONS");
    assertThat(answer.header("access-control-max-age")).isEqualTo("600");
    assertThat(answer.header("access-control-allow-headers")).contains("idempotency-key");
    assertThat(answer.header("access-control-expose-headers")).contains("retry-after");
  }

  @Test
  void headWorksWhereGetDoes() {
    Api.Answer answer = api.send("HEAD", "/health", null, null, Map.of());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEmpty();
  }

  @Test
  void bodiesThatCannotBeReadAreClientMistakes() {
    assertThat(raw("application/json", "{\"scope\":").status()).isEqualTo(400);
    assertThat(raw("application/json", "").status()).isEqualTo(400);
    assertThat(raw("application/xml", "<a/>").status()).isEqualTo(415);
    assertThat(raw("application/x-www-form-urlencoded", "a=b").status()).isEqualTo(415);
    assertThat(raw("application/json", "{\"a\":{\"__proto__\":1}}").status()).isEqualTo(400);
    assertThat(raw("application/json", "{\"constructor\":{\"prototype\":1}}").status())
        .isEqualTo(400);
    assertThat(raw("application/json", "{\"a\":\"" + "x".repeat(5 * 1024 * 1024) + "\"}").status())
        .isEqualTo(413);
    for (Api.Answer answer :
        new Api.Answer[] {raw("application/json", "{"), raw("application/xml", "<a/>")}) {
      assertThat(answer.json().get("error").textValue()).isNotBlank();
      assertThat(answer.json().get("message").textValue()).isNotBlank();
    }
  }

  @Test
  void bodiesOfAnotherShapeAreSchemaFaultsWithAnEmptyPath() {
    assertThat(raw(null, null).json().at("/issues/0").toString())
        .isEqualTo("{\"path\":\"\",\"message\":\"Required\"}");
    assertThat(raw("text/plain", "hello").json().at("/issues/0/message").textValue())
        .isEqualTo("Expected object, received string");
    assertThat(raw("application/json", "null").json().at("/issues/0/path").textValue()).isEmpty();
    assertThat(raw("application/json", "7").status()).isEqualTo(400);
  }

  /**
   * Liberty refuses such a path before any code of ours; the status is the contract's, the body is
   * Liberty's.
   */
  @Test
  void undecodablePathIsABadRequest() {
    Api.Answer answer =
        new RawHttp(SharedServer.get().server().api().toString())
            .get("/v1/memory/sessions/%zz/events");

    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void getWithAJsonContentTypeAndNoBodyIsAccepted() {
    assertThat(
            api.get("/v1/memory/sessions/x/events", Map.of("content-type", "application/json"))
                .status())
        .isEqualTo(200);
  }

  @Test
  void probesAnswerInMicroProfilesShape() {
    for (String probe : new String[] {"/health/live", "/health/ready", "/health/started"}) {
      assertThat(api.get(probe).ok().get("status").textValue()).isEqualTo("UP");
    }
    assertThat(api.get("/lb-check").status()).isEqualTo(200);
    assertThat(api.get("/openapi").status()).isEqualTo(200);
  }
}
