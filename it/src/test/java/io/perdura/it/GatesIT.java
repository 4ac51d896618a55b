package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Main;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gates against a server in production's configuration: green while it is sound, and red when a
 * test breaks, in the running service or its database, what the gate guards.
 */
class GatesIT {
  private static GateBench bench;
  private static LibertyServer server;
  private static JudgedDatabase tables;

  @TempDir Path temp;
  private GateBench.Ran ran;

  @BeforeAll
  static void start() {
    bench = GateBench.get();
    server = bench.server();
    tables = bench.tables();
  }

  private int gate(String name, String... more) {
    ran = bench.gate(temp.resolve("out-" + UUID.randomUUID()), name, more);
    return ran.exit();
  }

  private void isRed(int exit, String reason) {
    assertThat(exit).isEqualTo(Main.NEGATIVE);
    ran.isRed(reason);
  }

  private JsonNode summary() {
    return ran.summary();
  }

  /** Rows about requests are written behind them, in order: those of one more are waited for. */
  private static void awaitRowsAboutRequests() {
    String marker = "marker-" + UUID.randomUUID();
    server
        .api()
        .post(
            "/v1/memory/recall_text",
            "{\"scope\":\"" + marker + "\",\"query_text\":\"q\"}",
            Map.of("x-api-key", GateBench.KEY))
        .ok();
    Poll.until(
        "rows about requests are written",
        Duration.ofSeconds(60),
        () ->
            tables.count("memory_recall_audit where scope = '" + marker + "'") == 1
                && tables.count("memory_request_telemetry where scope = '" + marker + "'") == 1,
        () -> "");
  }

  @Test
  void aServiceInProductionsConfigurationPassesPreflightUntouched() {
    Map<String, Long> before = tables.rowsOf("= 'judged'");
    int exit = gate("preflight");
    assertThat(exit).as(ran.told()).isZero();
    awaitRowsAboutRequests();
    assertThat(tables.rowsOf("= 'judged'")).isEqualTo(before);
    bench
        .perdura(
            "evidence",
            "verify",
            summary().at("/artifacts/out_dir").textValue(),
            "--public-key",
            bench.key() + ".pub")
        .isGreen();
  }

  @Test
  void packsGoRoundAndLeaveNothing() {
    assertThat(gate("pack")).as(ran.told()).isZero();
    assertThat(summary().at("/observed/probe_residue_rows").asInt(-1)).isZero();
  }

  @Test
  void importsThatLoseEdgesAreRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage(
            "memory_edges",
            "if new.scope like '%pack-restored%' then return null; end if; return new;")) {
      assertThat(broken).isNotNull();
      isRed(gate("pack"), "pack_roundtrip: pack_roundtrip_failed");
    }
  }

  @Test
  void theServiceDoesWhatItPublishes() {
    assertThat(gate("parity")).as(ran.told()).isZero();
  }

  @Test
  void aPolicyLoopThatForgetsIsRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage("memory_rule_feedback", "raise exception 'broken';")) {
      assertThat(broken).isNotNull();
      isRed(gate("parity"), "feedback_provided was answered with");
    }
  }

  /**
   * The scope is minutes old: nothing in it would be judged by the usual grace of a quarter hour.
   */
  private int health() {
    return gate("health", "--strict-warnings", "--job-parameter", "grace-seconds=0");
  }

  @Test
  void aSoundScopeIsHealthy() {
    assertThat(health()).as(ran.told()).isZero();
    assertThat(summary().at("/observed/consistency_errors").asInt(-1)).isZero();
  }

  @Test
  void aFailedEmbeddingIsRed() {
    tables.sql(
        "update memory_nodes set embedding_status = 'failed' where scope = 'judged' and client_id = 'e0'");
    try {
      isRed(health(), "failed_embeddings");
    } finally {
      tables.sql(
          "update memory_nodes set embedding_status = 'ready' where scope = 'judged' and client_id = 'e0'");
    }
  }

  private static final String[] SHORT = {
    "--perf-seconds",
    "12",
    "--perf-warmup-seconds",
    "1",
    "--perf-min-samples",
    "20",
    "--perf-recall-rate",
    "2",
    "--perf-write-rate",
    "3"
  };

  @Test
  void loadLeavesNoTraceInTheJudgedScopeAndNoneInTheProbes() {
    Map<String, Long> before = tables.rowsOf("= 'judged'");
    assertThat(gate("perf", SHORT)).as(ran.told()).isZero();
    awaitRowsAboutRequests();
    assertThat(tables.rowsOf("= 'judged'")).isEqualTo(before);
    JsonNode observed = summary().get("observed");
    assertThat(observed.path("judged_scope_changes").asText()).isEqualTo("none");
    assertThat(observed.path("probe_scope_nodes").asInt()).isEqualTo(10_000);
    assertThat(observed.path("recall_samples").asInt()).isGreaterThanOrEqualTo(20);
    assertThat(tables.count("memory_nodes where scope like 'perdura-probe-%'")).isZero();
    assertThat(tables.count("memory_vectors where scope like 'perdura-probe-%'")).isZero();
    assertThat(tables.count("memory_outbox where scope like 'perdura-probe-%'")).isZero();
    assertThat(tables.count("memory_recall_audit where scope like 'perdura-probe-%'")).isZero();
  }

  @Test
  void slowWritesAreRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage(
            "memory_nodes",
            "if new.client_id like 'write-%' then perform pg_sleep(1.1); end if; return new;")) {
      assertThat(broken).isNotNull();
      int exit = gate("perf", with("--perf-seed-nodes", "500"));
      isRed(exit, "perf_write_p95_slo");
    }
  }

  @Test
  void writesThatFailAreRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage(
            "memory_nodes",
            "if new.client_id ~ '^write-.*[05]$' then raise exception 'broken'; end if; return new;")) {
      assertThat(broken).isNotNull();
      isRed(gate("perf", with("--perf-seed-nodes", "500")), "perf_write: perf_error_rate_slo");
      assertThat(ran.red()).containsExactly("perf_write");
    }
  }

  @Test
  void slowRecallsAreRed() throws Exception {
    String[] recalls =
        with(
            "--perf-recall-rate", "4",
            "--perf-write-rate", "4",
            "--perf-seconds", "6",
            "--only", "perf_recall");
    try (AutoCloseable broken = tables.hold("memory_nodes", Duration.ofSeconds(2))) {
      assertThat(broken).isNotNull();
      isRed(gate("perf", recalls), "perf_recall: perf_recall_p95_slo");
    }
    gate("perf", recalls);
    ran.isPartlyGreen();
  }

  @Test
  void refusalsForLoadAreToldApartFromErrors() {
    int exit =
        gate(
            "perf",
            with(
                "--perf-seed-nodes", "500", "--perf-write-rate", "60", "--perf-min-samples", "20"));
    JsonNode observed = summary().get("observed");
    assertThat(observed.path("write_rate_limited_429").asInt()).isGreaterThan(100);
    assertThat(observed.path("max_error_rate").asDouble()).isZero();
    assertThat(exit).as(ran.told()).isZero();
  }

  private static String[] with(String... more) {
    List<String> all = new ArrayList<>(List.of(SHORT));
    for (int i = 0; i < more.length; i += 2) {
      int known = all.indexOf(more[i]);
      if (known >= 0) {
        all.set(known + 1, more[i + 1]);
      } else {
        all.add(more[i]);
        all.add(more[i + 1]);
      }
    }
    return all.toArray(String[]::new);
  }

  @Test
  void anEmptyScopeIsNothingToJudge() {
    int exit = gate("perf", with("--scope", "nobody-" + UUID.randomUUID()));
    isRed(exit, "judged_scope_empty");
  }

  @Test
  void theAdministrationsChecksAndTheJobsAreLookedAtByTheCoreGate() {
    int exit =
        gate(
            "core",
            with(
                "--run-control-admin-validation", "true",
                "--run-perf", "false",
                "--perf-compression-samples", "2"));
    JsonNode steps = summary().get("steps");
    Map<String, String> statuses = new TreeMap<>();
    steps.forEach(step -> statuses.put(step.path("name").asText(), step.path("status").asText()));
    assertThat(statuses)
        .as(ran.told())
        .containsEntry("service", "pass")
        .containsEntry("judged_scope", "pass")
        .containsEntry("control_admin_validation", "pass")
        .containsEntry("pack_roundtrip", "pass")
        .containsEntry("capability_probes", "pass")
        .containsEntry("planner_probes", "pass")
        .containsEntry("build", "not_proven");
    assertThat(exit).as("no build is on record").isEqualTo(Main.NEGATIVE);
  }
}
