package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What operators rely on: production's guards, draining, members, logs. */
class OperationsIT {
  private static final String KEY = "a-key-of-good-length";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  @Test
  void aProductionServerKeepsItsDoorsNarrowAndTellsWhatItDoes() throws Exception {
    Path drainFile = Files.createTempDirectory("drain").resolve("drain");
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            production("prod", database).with("PERDURA_DRAIN_FILE", drainFile.toString()).start()) {
      Api api = server.api();
      assertThat(api.status("/metrics")).isEqualTo(404);
      assertThat(server.management().get("/metrics").text()).contains("perdura_api_answers_total");
      assertThat(api.status("/v1/benchmark/echo")).isEqualTo(404);
      Api.Answer health = api.get("/health", Map.of("origin", "https://app.example"));
      assertThat(health.header("access-control-allow-origin")).isNull();
      assertThat(
              api.get("/health", Map.of("origin", "https://console.example"))
                  .header("access-control-allow-origin"))
          .isEqualTo("https://console.example");
      assertThat(api.get("/health", Map.of("origin", "https://console.example")).header("vary"))
          .isEqualTo("Origin");
      assertThat(api.get("/health").header("server")).isNull();

      drains(api, drainFile);
      members(api);
      logs(server);
    }
  }

  @Test
  void everyGuardOfProductionIsToldAtOnce() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            production("guards", database)
                .with("MEMORY_AUTH_MODE", "off")
                .with("RATE_LIMIT_ENABLED", "false")
                .with("PERDURA_MIGRATE_ON_START", "true")
                .with("ADMIN_TOKEN", "short")
                .with("TENANT_QUOTA_ENABLED", "false")
                .with("RATE_LIMIT_BYPASS_LOOPBACK", "true")
                .with("CORS_ALLOW_ORIGINS", "*")
                .with("MAX_TEXT_LEN", "many")
                .launch()) {
      assertThat(server.awaitExit(PATIENCE)).isNotZero();
      assertThat(server.logText())
          .contains("MEMORY_AUTH_MODE: must not be off in production")
          .contains("RATE_LIMIT_ENABLED: must be true in production")
          .contains("PERDURA_MIGRATE_ON_START: must be false in production")
          .contains("ADMIN_TOKEN: must have at least 32 bytes in production")
          .contains("TENANT_QUOTA_ENABLED: must be true in production")
          .contains("RATE_LIMIT_BYPASS_LOOPBACK: must be false in production")
          .contains("CORS_ALLOW_ORIGINS: must not be * in production")
          .contains("MAX_TEXT_LEN: must be a number")
          .doesNotContain("short");
    }
  }

  @Test
  void aProductionServerWithMorePooledConnectionsThanTheDatabaseGrantsDoesNotStart()
      throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            production("budget", database)
                .with("DB_POOL_MAX", "60")
                .with("PERDURA_DB_CONNECTION_LIMIT", "50")
                .launch()) {
      assertThat(server.awaitExit(PATIENCE)).isNotZero();
      assertThat(server.logText())
          .contains(
              "DB_POOL_MAX: 1 servers may take 60 connections together, the database grants 50");
    }
  }

  @Test
  void aCloudServerNeedsASecretForItsTokens() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            production("cloud", database)
                .with("AIONIS_MODE", "cloud")
                .with("MEMORY_JWT_HS256_SECRET", "too-short")
                .launch()) {
      assertThat(server.awaitExit(PATIENCE)).isNotZero();
      assertThat(server.logText())
          .contains("MEMORY_JWT_HS256_SECRET: must have at least 32 bytes in production")
          .doesNotContain("too-short");
    }
  }

  @Test
  void aSchemaThatIsTooOldIsNotReadyAndMigratedOnlyWhereThatWasAskedFor() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      try (LibertyServer server = plain("old", database).launch()) {
        Poll.until("it is live", PATIENCE, () -> server.api().status("/health/live") == 200);
        Poll.until(
            "it saw the database", PATIENCE, () -> server.logText().contains("perdura migrate"));
        JsonNode ready = server.api().get("/health/ready").json();
        assertThat(ready.at("/checks").toString()).contains("\"applied\":\"\"");
        assertThat(server.api().status("/health/ready")).isEqualTo(503);
      }
      try (LibertyServer server =
          plain("self", database).with("PERDURA_MIGRATE_ON_START", "true").start()) {
        server.api().post("/v1/memory/write", "{\"input_text\":\"x\"}").ok();
      }
    }
  }

  private static void drains(Api api, Path file) throws IOException {
    Map<String, String> admin = Map.of("x-admin-token", TOKEN);
    assertThat(api.status("/lb-check")).isEqualTo(200);
    api.post("/v1/admin/server/drain", "{\"draining\":true}", admin).ok();
    Wire.assertBody(api.get("/lb-check").json(), "{'status':'draining'}");
    assertThat(api.status("/lb-check")).isEqualTo(503);
    assertThat(api.status("/health/ready")).isEqualTo(200);
    api.post("/v1/admin/server/drain", "{\"draining\":false}", admin).ok();
    assertThat(api.status("/lb-check")).isEqualTo(200);

    Files.createFile(file);
    Poll.until("the file drains", PATIENCE, () -> api.status("/lb-check") == 503);
    Files.delete(file);
    Poll.until("it is back", PATIENCE, () -> api.status("/lb-check") == 200);
  }

  private static void members(Api api) {
    JsonNode members =
        api.get("/v1/admin/control/members", Map.of("x-admin-token", TOKEN)).ok().get("members");
    assertThat(members).hasSize(1);
    assertThat(members.at("/0/role").textValue()).isEqualTo("all");
    Poll.until(
        "the row says that it is up again",
        PATIENCE,
        () ->
            api.get("/v1/admin/control/members", Map.of("x-admin-token", TOKEN))
                .ok()
                .at("/members/0/state")
                .textValue()
                .equals("up"));
    assertThat(members.at("/0/version").textValue()).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  /** A slow request leaves a line with its id, tenant and commit as fields. */
  private static void logs(LibertyServer server) {
    String id = "log-" + UUID.randomUUID();
    JsonNode written =
        server
            .api()
            .post(
                "/v1/memory/write",
                "{\"input_text\":\"x\"}",
                Map.of("x-api-key", KEY, "x-request-id", id))
            .ok();
    Poll.until("the line is there", PATIENCE, () -> server.logText().contains(id));
    String line =
        server.logText().lines().filter(text -> text.contains(id)).findFirst().orElseThrow();
    JsonNode record = Jsons.stored(line);
    assertThat(record.get("ext_request_id").textValue()).isEqualTo(id);
    assertThat(record.get("ext_tenant").textValue()).isEqualTo("acme");
    assertThat(record.get("ext_commit_id")).isEqualTo(written.get("commit_id"));
    assertThat(record.get("message").textValue())
        .startsWith("POST /v1/memory/write answered 200 in ");
  }

  private static LibertyServer production(String name, TestDatabase database) {
    return plain(name, database)
        .with("AIONIS_MODE", "service")
        .with("APP_ENV", null)
        .with("MEMORY_AUTH_MODE", null)
        .with("RATE_LIMIT_ENABLED", null)
        .with("TENANT_QUOTA_ENABLED", null)
        .with("MEMORY_API_KEYS_JSON", "{\"" + KEY + "\":{\"tenant_id\":\"acme\"}}")
        .with("ADMIN_TOKEN", TOKEN)
        .with("CORS_ALLOW_ORIGINS", "https://console.example")
        .with("PERDURA_SLOW_REQUEST_MS", "0");
  }

  private static LibertyServer plain(String name, TestDatabase database) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password());
  }
}
