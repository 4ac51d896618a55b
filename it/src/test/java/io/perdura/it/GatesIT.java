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
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
  private static final String SCOPE = "judged";

  @TempDir static Path home;
  private static TestDatabase database;
  private static LibertyServer server;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path temp;

  @BeforeAll
  static void start() throws IOException {
    database = TestDatabase.fresh();
    server = production("gates").start();
    Files.writeString(home.resolve("admin"), Api.ADMIN_TOKEN);
    Files.writeString(home.resolve("key"), KEY);
    StringWriter ignored = new StringWriter();
    assertThat(run(ignored, ignored, "evidence", "keygen", "--key", operator())).isZero();
    Api api = server.api();
    for (int i = 0; i < 5; i++) {
      String body =
          "{'scope':'judged','memory_lane':'shared','input_text':'x','nodes':[{'type':'event','client_id':'e%d','text_summary':'Invoice %d is due at the deadline.'}]}"
              .formatted(i, i)
              .replace('\'', '"');
      api.post("/v1/memory/write", body, Map.of("x-api-key", KEY)).ok();
    }
    Poll.until(
        "the judged scope is embedded",
        java.time.Duration.ofSeconds(60),
        () -> count("memory_vectors where scope = 'judged'") == 5,
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
        .with("ADMIN_TOKEN", Api.ADMIN_TOKEN)
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
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "gate",
                name,
                "--base-url",
                judged.api().toString(),
                "--scope",
                SCOPE,
                "--admin-token-file",
                home.resolve("admin").toString(),
                "--api-key-file",
                home.resolve("key").toString(),
                "--key",
                operator(),
                "--out-dir",
                temp.resolve("out").toString()));
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

  private static long count(String what) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + what)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Rows of every table that has a scope, by table. */
  private static Map<String, Long> rowsOf(String scopes) {
    Map<String, Long> rows = new TreeMap<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery(
                "select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)"
                    + " where c.column_name = 'scope' and c.table_schema = 'public' and t.table_type = 'BASE TABLE'")) {
      while (tables.next()) {
        rows.put(tables.getString(1), 0L);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    rows.replaceAll((table, none) -> count(table + " where scope " + scopes));
    return rows;
  }

  private static void sql(String text) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes inserts into a table do something else meanwhile. */
  private static AutoCloseable sabotage(String table, String body) {
    sql(
        "create function sabotage() returns trigger language plpgsql as $$ begin "
            + body
            + " end $$");
    sql(
        "create trigger sabotage before insert on "
            + table
            + " for each row execute function sabotage()");
    return () -> sql("drop function sabotage() cascade");
  }

  @Test
  void aServiceInProductionsConfigurationPassesPreflightUntouched() {
    Map<String, Long> before = rowsOf("= 'judged'");
    int exit = gate(server, "preflight");
    assertThat(exit).as(out + "\n" + err).isZero();
    assertThat(rowsOf("= 'judged'")).isEqualTo(before);
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
        sabotage(
            "memory_edges",
            "if new.scope like '%pack-restored%' then return null; end if; return new;")) {
      assertThat(broken).isNotNull();
      isRed(gate(server, "pack"), "pack_roundtrip_failed: restored are 2 nodes and 0 edges");
    }
  }

  @Test
  void theServiceDoesWhatItPublishes() {
    assertThat(gate(server, "parity")).as(out + "\n" + err).isZero();
  }

  @Test
  void aPolicyLoopThatForgetsIsRed() throws Exception {
    try (AutoCloseable broken = sabotage("memory_rule_feedback", "raise exception 'broken';")) {
      assertThat(broken).isNotNull();
      isRed(gate(server, "parity"), "feedback_provided was answered with");
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
    Map<String, Long> before = rowsOf("= 'judged'");
    assertThat(gate(server, "perf", SHORT)).as(out + "\n" + err).isZero();
    assertThat(rowsOf("= 'judged'")).isEqualTo(before);
    JsonNode observed = summary().get("observed");
    assertThat(observed.path("judged_scope_changes").asText()).isEqualTo("none");
    assertThat(observed.path("probe_scope_nodes").asInt()).isEqualTo(10_000);
    assertThat(observed.path("recall_samples").asInt()).isGreaterThanOrEqualTo(20);
    assertThat(count("memory_nodes where scope like 'perdura-probe-%'")).isZero();
    assertThat(count("memory_vectors where scope like 'perdura-probe-%'")).isZero();
    assertThat(count("memory_outbox where scope like 'perdura-probe-%'")).isZero();
    assertThat(count("memory_recall_audit where scope like 'perdura-probe-%'")).isZero();
  }

  @Test
  void slowWritesAreRed() throws Exception {
    try (AutoCloseable broken =
        sabotage(
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
                "--perf-seed-nodes", "500", "--perf-write-rate", "60", "--perf-min-samples", "24"));
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
    int exit =
        run(
            out,
            err,
            "gate",
            "perf",
            "--base-url",
            server.api().toString(),
            "--scope",
            "nobody-" + UUID.randomUUID(),
            "--admin-token-file",
            home.resolve("admin").toString(),
            "--api-key-file",
            home.resolve("key").toString(),
            "--unsigned",
            "--out-dir",
            temp.resolve("out").toString(),
            "--perf-seconds",
            "12",
            "--perf-min-samples",
            "20",
            "--perf-seed-nodes",
            "0");
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
