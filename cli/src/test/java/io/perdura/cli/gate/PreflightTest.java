package io.perdura.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.Main;
import io.perdura.cli.service.FakeService;
import io.perdura.cli.service.FakeService.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
  @TempDir Path temp;
  private FakeService service;
  private GateKit kit;

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
    kit = new GateKit(temp);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private void isRed(String reason) {
    assertThat(kit.gate(service, "preflight")).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains(reason);
  }

  @Test
  void aSoundServiceIsGreenAndTheEvidenceVerifies() {
    assertThat(kit.gate(service, "preflight")).as(kit.console.err()).isZero();
    assertThat(
            Main.run(
                kit.console.console(),
                "evidence",
                "verify",
                kit.out().toString(),
                "--public-key",
                kit.key() + ".pub"))
        .isZero();
    assertThat(kit.summary().at("/observed/workers").asInt()).isEqualTo(1);
  }

  @Test
  void itOnlyLooks() {
    kit.gate(service, "preflight");
    assertThat(service.calls())
        .allMatch(call ->
            call.startsWith("GET ")
                || call.equals("POST /v1/memory/recall_text probe")
                || call.equals("POST /v1/memory/recall probe")
                || call.equals("POST /v1/memory/rules/evaluate"));
  }

  @Test
  void developmentIsRed() {
    service.facts("dev", "api_key", true, true, false, false);
    isRed("app_env_prod is not so on w1");
  }

  @Test
  void openMemoryIsRed() {
    service.facts("prod", "off", true, true, false, false);
    isRed("auth_mode_secure");
  }

  @Test
  void noLimitsAreRed() {
    service.facts("prod", "api_key", false, false, false, false);
    isRed("rate_limit_enabled");
    assertThat(kit.failures()).contains("tenant_quota_enabled");
  }

  @Test
  void loopbackBypassIsRed() {
    service.facts("prod", "api_key", true, true, true, false);
    isRed("loopback_bypass_disabled");
  }

  @Test
  void aCorsWildcardIsRed() {
    service.facts("prod", "api_key", true, true, false, true);
    isRed("cors_explicit");
  }

  @Test
  void aServiceThatTellsNoFactsIsRed() {
    service.on(
        "GET /v1/admin/control/configuration",
        body -> Answer.ok("{'ok':true,'server':{'id':'w1'}}"));
    isRed("app_env_prod");
    assertThat(kit.failures()).contains("rate_limit_enabled", "loopback_bypass_disabled");
  }

  @Test
  void aRehearsalOnlyRemarks() {
    service.facts("dev", "off", true, true, true, true);
    assertThat(kit.gate(service, "preflight", "--no-enforce-orchestration")).isZero();
    assertThat(kit.summary().get("warn_reasons").toString()).contains("app_env_prod");
  }

  @Test
  void withoutAWorkerItIsRed() {
    service.on(
        "GET /v1/admin/control/members",
        body ->
            Answer.ok(
                "{'members':[{'id':'w1','role':'api','version':'0.2.0','state':'up','heartbeat_age_ms':10}]}"));
    isRed("no_worker");
  }

  @Test
  void anOldHeartbeatIsNoWorker() {
    service.on(
        "GET /v1/admin/control/members",
        body ->
            Answer.ok(
                "{'members':[{'id':'w1','role':'all','version':'0.2.0','state':'up','heartbeat_age_ms':60000}]}"));
    isRed("heartbeat_old");
  }

  @Test
  void aMemoryThatAnswersAnybodyIsRed() {
    service.answersAnybody();
    isRed("memory_open: a call without a credential was answered with 200");
  }

  @Test
  void recallThatFailsIsRed() {
    service.on("POST /v1/memory/recall_text", body -> Answer.refusal(500, "internal_error"));
    isRed("recall_text_failed");
  }

  @Test
  void aThrottledEmbedderIsARemark() {
    service.on(
        "POST /v1/memory/recall_text",
        body -> Answer.refusal(429, "upstream_embedding_rate_limited"));
    assertThat(kit.gate(service, "preflight")).isZero();
    assertThat(kit.summary().get("warn_reasons").toString()).contains("recall_text_embedder");
  }

  @Test
  void aRemarkIsRedWhenWarningsAreStrict() {
    service.on(
        "POST /v1/memory/recall_text",
        body -> Answer.refusal(429, "upstream_embedding_rate_limited"));
    assertThat(kit.gate(service, "preflight", "--strict-warnings")).isEqualTo(Main.NEGATIVE);
  }

  @Test
  void aServiceThatIsNotThereIsNotProvenAndLeavesASummary() {
    service.close();
    assertThat(kit.gate(service, "preflight")).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains("service (not proven): could_not_look");
    assertThat(kit.status("recall_text_smoke")).isEqualTo("not_proven");
    assertThat(kit.out().resolve("manifest.json")).exists();
  }

  @Test
  void aServiceThatIsNotReadyIsRed() {
    service.on(
        "GET /health/ready",
        body -> new Answer(503, "{\"checks\":[{\"name\":\"database\",\"status\":\"DOWN\"}]}"));
    isRed("health_ready: database");
  }

  @Test
  void withoutTheRightCredentialNothingIsProven() {
    service.on(
        "GET /v1/admin/control/configuration", body -> Answer.refusal(401, "unauthorized_admin"));
    isRed("administration (not proven): configuration_not_published: status 401");
    assertThat(kit.status("orchestration")).isEqualTo("not_proven");
  }

  @Test
  void noSecretIsInTheEvidence() throws IOException {
    kit.gate(service, "preflight");
    try (Stream<Path> files = Files.list(kit.out())) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file))
            .doesNotContain(FakeService.ADMIN_TOKEN)
            .doesNotContain(FakeService.API_KEY);
      }
    }
  }

  @Test
  void withoutAKeyItDoesNotStart() {
    kit.key().toFile().delete();
    assertThat(kit.gate(service, "preflight")).isEqualTo(Main.FAILED);
    assertThat(kit.console.err()).contains("perdura evidence keygen");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void wrongUsageIsExitOne() {
    assertThat(kit.gate(service, "preflight", "--no-such-flag")).isEqualTo(Main.FAILED);
  }
}
