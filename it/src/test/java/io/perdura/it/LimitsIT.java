package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A server with small limits: every refusal with 429, and in which order the checks come
 * (policy-control, sections 4.4 to 4.6). Each test has tenants of its own, with three keys each.
 */
class LimitsIT {
  private static final int DIMENSION = 8;
  private static final int TENANTS = 40;
  private static final String VECTOR = "'query_embedding':[1,0,0,0,0,0,0,0]";
  private static final String DEBUG =
      "{" + VECTOR + ",'return_debug':true,'include_embeddings':true,'limit':1}";

  /** So slow that no token comes back while the tests run. */
  private static final String SLOW = "0.001";

  private static TestDatabase database;
  private static EmbeddingStub provider;
  private static LibertyServer server;
  private static Api api;
  private static int tenants;

  private final String tenant = "tenant" + tenants++;

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.fresh();
    provider = new EmbeddingStub(DIMENSION);
    server =
        new LibertyServer("limits", database.jdbcUrl(), database.user(), database.password())
            .with("MEMORY_AUTH_MODE", "api_key")
            .with("MEMORY_API_KEYS_JSON", keys())
            .with("RATE_LIMIT_ENABLED", "true")
            .with("TENANT_QUOTA_ENABLED", "true")
            .with("RATE_LIMIT_BYPASS_LOOPBACK", "false")
            .with("API_WRITE_MAX_INFLIGHT", "1")
            .with("API_WRITE_QUEUE_MAX", "1")
            .with("API_WRITE_QUEUE_TIMEOUT_MS", "400")
            .with("API_RECALL_MAX_INFLIGHT", "3")
            .with("API_RECALL_QUEUE_MAX", "0")
            .with("EMBEDDING_PROVIDER", "openai")
            .with("OPENAI_API_KEY", "of-no-use")
            .with("OPENAI_EMBED_ENDPOINT", provider.address())
            .with("EMBEDDING_DIM", Integer.toString(DIMENSION))
            .with("EMBED_HTTP_MAX_RETRIES", "0")
            .with("RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT", "1")
            .with("RECALL_TEXT_EMBED_BATCH_MAX_SIZE", "1")
            .with("RECALL_TEXT_EMBED_BATCH_QUEUE_MAX", "1");
    limit("RECALL", 4, 6);
    limit("WRITE", 2, 3).with("WRITE_RATE_LIMIT_MAX_WAIT_MS", "30");
    server.with("TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS", "20");
    limit("DEBUG_EMBED", 1, 2);
    limit("RECALL_TEXT_EMBED", 3, 4).with("RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", "10");
    server.with("TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", "0");
    server.start();
    api = server.api();
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
    database.close();
  }

  @Test
  void aClientsRecallsAreLimitedThenItsTenants() {
    answers(200, 4, () -> find("a"));
    refuses(find("a"), "rate_limited_recall", 0);
    answers(200, 2, () -> find("b"));
    refuses(find("b"), "tenant_rate_limited_recall", 0);
    refuses(find("a"), "rate_limited_recall", 0);
  }

  @Test
  void aClientsWritesWaitALittleThenAreRefusedThenItsTenants() {
    answers(200, 2, () -> write("a"));
    refuses(write("a"), "rate_limited_write", 30);
    answers(200, 1, () -> write("b"));
    refuses(write("b"), "tenant_rate_limited_write", 20);
    // Each class of work has buckets of its own.
    answers(200, 1, () -> find("a"));
  }

  @Test
  void debugEmbeddingsHaveABucketMore() {
    refusesDebug(post("a", "recall", DEBUG));
    refuses(post("a", "recall", DEBUG), "rate_limited_debug_embeddings", 0);
    refusesDebug(post("b", "recall", DEBUG));
    refuses(post("c", "recall", DEBUG), "tenant_rate_limited_debug_embeddings", 0);
    // All four asked for recalls first, and paid for them.
    answers(200, 2, () -> find("c"));
    refuses(find("c"), "tenant_rate_limited_recall", 0);
  }

  @Test
  void textsToEmbedHaveABucketMore() {
    answers(200, 3, () -> recallText("a", "x"));
    refuses(recallText("a", "x"), "rate_limited_recall_text_embed", 10);
    answers(200, 1, () -> recallText("b", "x"));
    refuses(recallText("b", "x"), "tenant_rate_limited_recall_text_embed", 0);
  }

  @Test
  void theAdminHasABucketOfItsOwnButNoQuotaOfItsOwn() {
    answers(200, 4, () -> find("a"));
    refuses(find("a"), "rate_limited_recall", 0);
    Map<String, String> headers = new HashMap<>(Api.ADMIN);
    headers.put("x-api-key", tenant + "a");
    Supplier<Api.Answer> asAdmin = () -> api.post("/v1/memory/find", "{}", headers);
    answers(200, 2, asAdmin);
    refuses(asAdmin.get(), "tenant_rate_limited_recall", 0);
  }

  @Test
  void whoIsNotAdmittedPaysNothing() {
    for (int i = 0; i < 10; i++) {
      assertThat(post("nobody", "write", "{}").status()).isEqualTo(401);
      assertThat(post("a", "write", "{'tenant_id':'other'}").status()).isEqualTo(403);
      assertThat(post("a", "write", "{").status()).isEqualTo(400);
      assertThat(post("a", "find", "{'consumer_agent_id':'other'}").status()).isEqualTo(403);
    }
    answers(200, 2, () -> write("a"));
    answers(200, 4, () -> find("a"));
  }

  @Test
  void limitsComeBeforeTheBodyIsValidatedButNotInRecall() {
    answers(400, 2, () -> post("a", "write", "{'nodes':5}"));
    refuses(post("a", "write", "{'nodes':5}"), "rate_limited_write", 30);

    answers(400, 9, () -> post("a", "recall", "{}"));
    answers(400, 9, () -> post("a", "recall_text", "{}"));
    answers(400, 9, () -> post("a", "planning/context", "{}"));
    answers(200, 4, () -> find("a"));
    refuses(find("a"), "rate_limited_recall", 0);
    answers(400, 1, () -> post("a", "recall", "{}"));
    refuses(post("a", "recall", "{" + VECTOR + "}"), "rate_limited_recall", 0);
    refuses(post("a", "find", "{'limit':'x'}"), "rate_limited_recall", 0);
  }

  @Test
  void everyRouteIsChargedToItsClass() {
    answers(200, 2, () -> write("a"));
    for (String path :
        List.of(
            "write",
            "archive/rehydrate",
            "nodes/activate",
            "sessions",
            "events",
            "feedback",
            "rules/state",
            "tools/feedback")) {
      refuses(post("a", path, "{}"), "rate_limited_write", 30);
    }
    answers(200, 4, () -> find("a"));
    for (String path : List.of("find", "rules/evaluate", "tools/select", "tools/decision")) {
      refuses(post("a", path, "{}"), "rate_limited_recall", 0);
    }
    Map<String, String> key = Map.of("x-api-key", tenant + "a");
    refuses(api.get("/v1/memory/sessions/s/events", key), "rate_limited_recall", 0);
    refuses(
        post("a", "planning/context", "{'query_text':'x','context':{}}"), "rate_limited_recall", 0);
    answers(200, 9, () -> api.get("/health"));
    answers(200, 9, () -> api.get("/v1/admin/control/tenants", Api.ADMIN));
  }

  @Test
  void aFullGateRefusesAtOnceOrAfterTheQueuesPatience() throws Exception {
    try (TableHold hold = new TableHold(database, "memory_commits")) {
      CompletableFuture<Api.Answer> working = later(() -> write("a"));
      hold.awaitWaiter();
      Api.Answer late = write("b");
      refusesAtTheGate(
          late,
          "{'error':'write_backpressure','message':'<text>','details':{'inflight':1,'queued':0,'max_inflight':1,"
              + "'max_queue':1,'wait_ms':'<number>','queue_timeout_ms':400}}");
      assertThat(late.json().at("/details/wait_ms").intValue()).isBetween(400, 3_000);

      List<CompletableFuture<Api.Answer>> crowd = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String key = spareKey();
        crowd.add(later(() -> call(key, "write", "{'nodes':5}")));
      }
      long full =
          crowd.stream()
              .map(CompletableFuture::join)
              .filter(answer -> !answer.json().at("/details").has("wait_ms"))
              .peek(answer ->
                  refusesAtTheGate(
                      answer,
                      "{'error':'write_backpressure','message':'<text>','details':{'inflight':1,'queued':'<number>',"
                          + "'max_inflight':1,'max_queue':1}}"))
              .count();
      assertThat(full).isBetween(1L, 3L);

      // Recall has a gate of its own, and small writes have none.
      answers(200, 1, () -> find("a"));
      answers(400, 1, () -> call(spareKey(), "feedback", "{}"));
      hold.letGo();
      assertThat(working.join().status()).isEqualTo(200);
    }
    answers(400, 1, () -> call(spareKey(), "write", "{'nodes':5}"));
  }

  @Test
  void limitsRefuseBeforeTheGateIsAsked() throws Exception {
    answers(200, 2, () -> write("a"));
    try (TableHold hold = new TableHold(database, "memory_commits")) {
      CompletableFuture<Api.Answer> working = later(() -> write("b"));
      hold.awaitWaiter();
      refuses(write("a"), "rate_limited_write", 30);
      hold.letGo();
      assertThat(working.join().status()).isEqualTo(200);
    }
  }

  @Test
  void recallHasAGateOfItsOwn() throws Exception {
    try (TableHold hold = new TableHold(database, "memory_nodes")) {
      List<CompletableFuture<Api.Answer>> working = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        working.add(later(() -> find("a")));
      }
      Poll.until(
          "three requests wait for the table", Duration.ofSeconds(10), () -> hold.waiters() == 3);
      refusesAtTheGate(
          find("b"),
          "{'error':'recall_backpressure','message':'<text>','details':{'inflight':3,'queued':0,'max_inflight':3,'max_queue':0}}");
      hold.letGo();
      working.forEach(answer -> assertThat(answer.join().status()).isEqualTo(200));
    }
  }

  @Test
  void aQueueOfTextsThatIsFullIsToldWithATimeToRetry() throws Exception {
    List<CompletableFuture<Api.Answer>> working = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String text = "slow " + i;
      working.add(later(() -> recallText("a", text)));
    }
    CompletableFuture.anyOf(working.toArray(CompletableFuture[]::new)).join();
    Api.Answer refused =
        working.stream().filter(CompletableFuture::isDone).findAny().orElseThrow().join();
    assertThat(refused.status()).as(refused.text()).isEqualTo(429);
    assertThat(refused.header("retry-after")).isEqualTo("1");
    Wire.assertBody(
        refused.json(),
        "{'error':'recall_text_embed_queue_full','message':'<text>','details':{'queued':1,'max_queue':1,"
            + "'inflight_batches':1,'max_inflight_batches':1}}");
    Poll.until(
        "the others are answered",
        Duration.ofSeconds(10),
        () -> {
          provider.letGo();
          return working.stream().allMatch(CompletableFuture::isDone);
        });
    assertThat(working.stream().filter(answer -> answer.join().status() == 200).count())
        .isEqualTo(2);
  }

  @Test
  void aThrottledProviderIsToldWithATimeToRetry() {
    Api.Answer answer = recallText("a", "throttled");
    assertThat(answer.status()).as(answer.text()).isEqualTo(429);
    assertThat(answer.header("retry-after")).isEqualTo("2");
    Wire.assertBody(
        answer.json(),
        "{'error':'upstream_embedding_rate_limited','message':'<text>','details':{'provider_status':429}}");
  }

  @Test
  void refusalsAreCountedAndHealthTellsWhoCounts() {
    answers(200, 4, () -> find("a"));
    refuses(find("a"), "rate_limited_recall", 0);
    assertThat(server.management().get("/metrics").text())
        .containsPattern(
            "perdura_access_limited\\{[^}]*category=\"recall\"[^}]*party=\"client\"[^}]*\\} [1-9]")
        .contains("perdura_access_limits_degraded");
    assertThat(api.get("/health/ready").ok().toString())
        .contains("{\"name\":\"rate_limits\",\"status\":\"UP\",\"data\":{")
        .contains("\"counted\":\"alone\"");
  }

  private Api.Answer find(String key) {
    return post(key, "find", "{}");
  }

  private Api.Answer write(String key) {
    return post(key, "write", "{'input_text':'x','auto_embed':false}");
  }

  private Api.Answer recallText(String key, String text) {
    return post(key, "recall_text", "{'query_text':'" + text + " " + tenant + "'}");
  }

  private void refuses(Api.Answer answer, String error, int waitedMs) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(429);
    String owner = error.startsWith("tenant_") ? "'tenant_id':'" + tenant + "'," : "";
    Wire.assertBody(
        answer.json(),
        "{'error':'%s','message':'<text>','details':{%s'retry_after_ms':'<number>','waited_ms':%d}}"
            .formatted(error, owner, waitedMs));
    long retryMs = answer.json().at("/details/retry_after_ms").longValue();
    assertThat(retryMs).isBetween(500_000L, 1_000_000L);
    assertThat(answer.header("retry-after")).isEqualTo(Long.toString(Math.ceilDiv(retryMs, 1000L)));
    assertThat(answer.header("x-request-id")).isNotBlank();
  }

  private static void refusesAtTheGate(Api.Answer answer, String body) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(429);
    assertThat(answer.header("retry-after")).isEqualTo("1");
    Wire.assertBody(answer.json(), body);
  }

  private static void refusesDebug(Api.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().get("error").textValue()).isEqualTo("debug_embeddings_not_allowed");
  }

  private static void answers(int status, int times, Supplier<Api.Answer> call) {
    for (int i = 0; i < times; i++) {
      Api.Answer answer = call.get();
      assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    }
  }

  private static CompletableFuture<Api.Answer> later(Supplier<Api.Answer> call) {
    return CompletableFuture.supplyAsync(call, Executors.newVirtualThreadPerTaskExecutor());
  }

  private Api.Answer post(String key, String path, String body) {
    return call(tenant + key, path, body);
  }

  private static Api.Answer call(String key, String path, String body) {
    return api.post("/v1/memory/" + path, body.replace('\'', '"'), Map.of("x-api-key", key));
  }

  /** A key whose limits nobody has used. */
  private static String spareKey() {
    return "tenant" + tenants++ + "a";
  }

  private static LibertyServer limit(String name, int client, int tenant) {
    String rps = name + "_RATE_LIMIT_RPS";
    String burst = name + "_RATE_LIMIT_BURST";
    return server
        .with(rps, SLOW)
        .with(burst, Integer.toString(client))
        .with("TENANT_" + rps, SLOW)
        .with("TENANT_" + burst, Integer.toString(tenant));
  }

  private static String keys() {
    ObjectNode keys = Jsons.object();
    for (int i = 0; i < TENANTS; i++) {
      for (String key : List.of("a", "b", "c")) {
        keys.putObject("tenant" + i + key).put("tenant_id", "tenant" + i).put("agent_id", key);
      }
    }
    return Jsons.text(keys);
  }
}
