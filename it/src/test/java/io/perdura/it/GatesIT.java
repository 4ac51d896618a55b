package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gates against a server in production's configuration: green while it is sound, and red when a
 * test breaks, in the running service or its database, what the gate guards.
 */
class GatesIT {
  private static final String KEY = "gates-agent-key-0123456789abcdef";
  private static final String ADMIN = "gates-admin-token-0123456789abcdefghij";
  private static final String SCOPE = "judged";

  @TempDir static Path home;
  private static TestDatabase database;
  private static LibertyServer server;
  private static JudgedDatabase tables;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path temp;

  @BeforeAll
  static void start() throws IOException {
    database = TestDatabase.fresh();
    tables = new JudgedDatabase(database);
    server = production("gates").start();
    Files.writeString(home.resolve("admin"), ADMIN);
    Files.writeString(home.resolve("key"), KEY);
    StringWriter ignored = new StringWriter();
    assertThat(run(ignored, ignored, "evidence", "keygen", "--key", operator())).isZero();
    Api api = server.api();
    for (int i = 0; i < 5; i++) {
      String body =
          "{'scope':'judged','memory_lane':'shared','trigger_topic_cluster':false,'input_text':'x','nodes':[{'type':'event','client_id':'e%d','text_summary':'Invoice %d is due at the deadline.'}]}"
              .formatted(i, i)
              .replace('\'', '"');
      api.post("/v1/memory/write", body, Map.of("x-api-key", KEY)).ok();
    }
    Poll.until(
        "the judged scope is embedded",
        Duration.ofSeconds(60),
        () -> tables.count("memory_vectors where scope = 'judged'") == 5,
        () -> "");
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  private static LibertyServer production(String name) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("APP_ENV", "prod")
        .with("MEMORY_AUTH_MODE", "api_key")
        .with("MEMORY_API_KEYS_JSON", "{\"" + KEY + "\":{\"tenant_id\":\"default\"}}")
        .with("ADMIN_TOKEN", ADMIN)
        .with("RATE_LIMIT_ENABLED", "true")
        .with("TENANT_QUOTA_ENABLED", "true")
        .with("RATE_LIMIT_BYPASS_LOOPBACK", "false")
        .with("CORS_ALLOW_ORIGINS", "https://console.example.com");
  }

  private static String operator() {
    return home.resolve("operator.key").toString();
  }

  private static int run(StringWriter out, StringWriter err, String... arguments) {
    return Main.run(
        new Console(new PrintWriter(out, true), new PrintWriter(err, true), false), arguments);
  }

  private int gate(LibertyServer judged, String name, String... more) {
    boolean named = List.of(more).contains("--scope");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "gate",
                name,
                "--base-url",
                judged.api().toString(),
                "--admin-token-file",
                home.resolve("admin").toString(),
                "--api-key-file",
                home.resolve("key").toString(),
                "--key",
                operator(),
                "--out-dir",
                temp.resolve("out").toString()));
    if (!named) {
      arguments.addAll(List.of("--scope", SCOPE));
    }
    arguments.addAll(List.of(more));
    return run(out, err, arguments.toArray(String[]::new));
  }

  private void isRed(int exit, String reason) {
    assertThat(exit).as(out + "\n" + err).isEqualTo(Main.NEGATIVE);
    assertThat(summary().get("fail_reasons").toString()).contains(reason);
  }

  private JsonNode summary() {
    try {
      return Jsons.stored(Files.readString(temp.resolve("out/summary.json")));
    } catch (IOException e) {
      throw new AssertionError(out + "\n" + err, e);
    }
  }

  /** Rows about requests are written behind them, in order: those of one more are waited for. */
  private static void awaitRowsAboutRequests() {
    String marker = "marker-" + UUID.randomUUID();
    server
        .api()
        .post(
            "/v1/memory/recall_text",
            "{\"scope\":\"" + marker + "\",\"query_text\":\"q\"}",
            Map.of("x-api-key", KEY))
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
    int exit = gate(server, "preflight");
    assertThat(exit).as(out + "\n" + err).isZero();
    awaitRowsAboutRequests();
    assertThat(tables.rowsOf("= 'judged'")).isEqualTo(before);
    assertThat(
            run(
                out,
                err,
                "evidence",
                "verify",
                temp.resolve("out").toString(),
                "--public-key",
                operator() + ".pub"))
        .isZero();
  }

  @Test
  void aServerInDevelopmentsConfigurationIsRed() {
    try (LibertyServer developer =
        new LibertyServer("gates-dev", database.jdbcUrl(), database.user(), database.password())
            .with("ADMIN_TOKEN", ADMIN)
            .start()) {
      int exit = gate(developer, "preflight");
      isRed(exit, "app_env_prod is not so");
      assertThat(summary().get("fail_reasons").toString())
          .contains("auth_mode_secure", "rate_limit_enabled", "memory_open");
    }
  }

  @Test
  void packsGoRoundAndLeaveNothing() {
    assertThat(gate(server, "pack")).as(out + "\n" + err).isZero();
    assertThat(summary().at("/observed/probe_residue_rows").asInt(-1)).isZero();
  }

  @Test
  void importsThatLoseEdgesAreRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage(
            "memory_edges",
            "if new.scope like '%pack-restored%' then return null; end if; return new;")) {
      assertThat(broken).isNotNull();
      isRed(gate(server, "pack"), "pack_roundtrip: pack_roundtrip_failed");
    }
  }

  @Test
  void theServiceDoesWhatItPublishes() {
    assertThat(gate(server, "parity")).as(out + "\n" + err).isZero();
  }

  @Test
  void aPolicyLoopThatForgetsIsRed() throws Exception {
    try (AutoCloseable broken =
        tables.sabotage("memory_rule_feedback", "raise exception 'broken';")) {
      assertThat(broken).isNotNull();
      isRed(gate(server, "parity"), "feedback_provided was answered with");
    }
  }

  /**
   * The scope is minutes old: nothing in it would be judged by the usual grace of a quarter hour.
   */
  private int health() {
    return gate(server, "health", "--strict-warnings", "--job-parameter", "grace-seconds=0");
  }

  @Test
  void aSoundScopeIsHealthy() {
    assertThat(health()).as(out + "\n" + err).isZero();
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

  @Test
  void aDeadLetterIsRed() {
    String one = " where id = (select min(id) from memory_outbox where scope = 'judged')";
    tables.sql(
        "update memory_outbox set failed_at = now(), failed_reason = 'gone', published_at = null"
            + one);
    try {
      isRed(health(), "dead_letters");
    } finally {
      tables.sql(
          "update memory_outbox set failed_at = null, failed_reason = null, published_at = now()"
              + one);
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
    assertThat(gate(server, "perf", SHORT)).as(out + "\n" + err).isZero();
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
      int exit = gate(server, "perf", with("--perf-seed-nodes", "500"));
      isRed(exit, "perf_write_p95_slo");
    }
  }

  @Test
  void refusalsForLoadAreToldApartFromErrors() {
    int exit =
        gate(
            server,
            "perf",
            with(
                "--perf-seed-nodes", "500", "--perf-write-rate", "60", "--perf-min-samples", "20"));
    JsonNode observed = summary().get("observed");
    assertThat(observed.path("write_rate_limited_429").asInt()).isGreaterThan(100);
    assertThat(observed.path("max_error_rate").asDouble()).isZero();
    assertThat(exit).as(out + "\n" + err).isZero();
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
    int exit = gate(server, "perf", with("--scope", "nobody-" + UUID.randomUUID()));
    isRed(exit, "judged_scope_empty");
  }

  @Test
  void theAdministrationsChecksAndTheJobsAreLookedAtByTheCoreGate() {
    int exit =
        gate(
            server,
            "core",
            with(
                "--run-control-admin-validation", "true",
                "--run-perf", "false",
                "--perf-compression-samples", "2"));
    JsonNode steps = summary().get("steps");
    Map<String, String> statuses = new TreeMap<>();
    steps.forEach(step -> statuses.put(step.path("name").asText(), step.path("status").asText()));
    assertThat(statuses)
        .as(err.toString())
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
