package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Breaks, in a running service or its database, what one step of a gate guards, and sees that step
 * turn red, that no other does, and that it is green again when the thing is mended.
 */
class GateMutationsIT {
  /** Steps of the core gate that take seconds. */
  private static final List<String> LOOKS =
      List.of(
          "judged_scope",
          "health_gate_scope",
          "consistency_cross_tenant",
          "rule_conflict_report",
          "consolidation_health_slo",
          "consolidation_replay_determinism",
          "control_admin_validation",
          "compression_kpi");

  private static final List<String> DECIDING =
      List.of(
          "--rule-conflict-gate-mode",
          "blocking",
          "--consolidation-health-gate-mode",
          "blocking",
          "--replay-determinism-gate-mode",
          "blocking",
          "--compression-gate-mode",
          "blocking",
          "--perf-compression-samples",
          "1",
          "--run-control-admin-validation",
          "true",
          // The scope is minutes old: by the usual grace there would be nothing to judge.
          "--job-parameter",
          "grace-seconds=0");

  private static GateBench bench;

  @TempDir Path temp;
  private int runs;

  @BeforeAll
  static void start(@TempDir Path first) {
    bench = GateBench.get();
    bench
        .gate(
            first.resolve("out"),
            "core",
            "--only",
            "rule_conflict_report",
            "--rule-conflict-first-run")
        .isPartlyGreen();
  }

  private GateBench.Ran core(List<String> steps, String... more) {
    List<String> flags = new ArrayList<>(DECIDING);
    flags.addAll(List.of("--only", String.join(",", steps)));
    flags.addAll(List.of(more));
    return bench.gate(temp.resolve("run-" + runs++), "core", flags.toArray(String[]::new));
  }

  private GateBench.Ran gate(String name, String... more) {
    return bench.gate(temp.resolve("run-" + runs++), name, more);
  }

  /**
   * Something to break.
   *
   * @param red the steps that must notice it
   */
  record Break(String what, String reason, Set<String> red, String sql, String mend) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Break of(String what, String step, String reason, String sql, String mend) {
    return new Break(what, reason, Set.of(step), sql, mend);
  }

  /** A check of the health gate that errors or, because it is strict, a warning. */
  private static Break unhealthy(String what, String reason, String sql, String mend) {
    return of(what, "health_gate_scope", reason, sql, mend);
  }

  static Stream<Break> breaks() {
    String node = "update memory_nodes set %s where scope = 'judged' and %s";
    String commit =
        "update memory_commits set commit_hash = reverse(commit_hash) where id = (select commit_id from memory_nodes where id = "
            + GateBench.id("e0")
            + ")";
    String event = " where id = (select min(id) from memory_outbox where scope = 'judged')";
    return Stream.of(
        unhealthy("the hash of a commit", "consistency_errors", commit, commit),
        unhealthy(
            "a salience out of range, a warning",
            "consistency_warnings",
            node.formatted("salience = 1.5", "client_id = 'e0'"),
            node.formatted("salience = 0.5", "client_id = 'e0'")),
        unhealthy(
            "an event that nobody does for an hour",
            "backlog_too_old",
            "update memory_outbox set published_at = null, created_at = now() - interval '1 hour',"
                + " available_at = now() + interval '1 hour'"
                + event,
            "update memory_outbox set published_at = now(), created_at = now(), available_at = now()"
                + event),
        unhealthy(
            "a dead letter",
            "dead_letters",
            "update memory_outbox set failed_at = now(), failed_reason = 'gone', published_at = null"
                + event,
            "update memory_outbox set failed_at = null, failed_reason = null, published_at = now()"
                + event),
        unhealthy(
            "most vectors are missing",
            "quality_eval_failed",
            node.formatted("embedding_status = 'pending'", "type = 'event'"),
            node.formatted("embedding_status = 'ready'", "type = 'event'")),
        of(
            "an edge between tenants",
            "consistency_cross_tenant",
            "cross_tenant_edge_scope_mismatch",
            "insert into memory_edges (id, scope, type, src_id, dst_id, commit_id) select gen_random_uuid(),"
                + " 'tenant:other::scope:judged', 'related_to', id, "
                + GateBench.id("alone")
                + ", commit_id from memory_nodes where id = "
                + GateBench.id("e1"),
            "delete from memory_edges where scope = 'tenant:other::scope:judged'"),
        of(
            "another rule wins",
            "rule_conflict_report",
            "winner_changes_max",
            "update memory_rule_defs set positive_count = 9 where rule_node_id = "
                + GateBench.id("rule-text"),
            "update memory_rule_defs set positive_count = 0 where rule_node_id = "
                + GateBench.id("rule-text")),
        of(
            "a node was merged past the job",
            "consolidation_health_slo",
            "apply_success_rate",
            "update memory_nodes set slots = slots || jsonb_build_object('alias_of', "
                + GateBench.id("Oslo")
                + ") where id = "
                + GateBench.id("alone"),
            "update memory_nodes set slots = slots - 'alias_of' where id = "
                + GateBench.id("alone")),
        of(
            "clustering rolls dice",
            "consolidation_replay_determinism",
            "consolidation-replay-determinism",
            "create function dice() returns trigger language plpgsql as $$ begin if new.scope like 'replay-%' then"
                + " new.weight := random(); end if; return new; end $$;"
                + " create trigger dice before insert on memory_edges for each row execute function dice()",
            "drop function dice() cascade"),
        of(
            "contexts have nothing left that a budget could cut",
            "compression_kpi",
            "compression_kpi_ratio_below_threshold",
            "create table kept as select id, text_summary from memory_nodes where scope = 'judged' and type = 'event'; "
                + node.formatted("text_summary = 'x'", "type = 'event'"),
            "update memory_nodes n set text_summary = k.text_summary from kept k where n.id = k.id; drop table kept"));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void itsStepAloneTurnsRedAndIsGreenAgainWhenItIsMended(Break broken) {
    bench.tables().sql(broken.sql());
    try {
      GateBench.Ran ran = core(LOOKS);
      assertThat(ran.red()).as(ran.told()).isEqualTo(broken.red());
      ran.isRed(broken.reason());
    } finally {
      bench.tables().sql(broken.mend());
    }
    core(List.copyOf(broken.red())).isPartlyGreen();
  }

  @Test
  void aVectorThatIsNotStoredIsRedInTheProbesOfTheEngine() throws Exception {
    try (AutoCloseable broken =
        bench
            .tables()
            .sabotage(
                "memory_vectors",
                "if new.scope like 'perdura-probe-capabilities%' then return null; end if; return new;")) {
      assertThat(broken).isNotNull();
      GateBench.Ran ran = gate("parity");
      assertThat(ran.red()).as(ran.told()).containsExactly("capability_probes");
      ran.isRed("a node written with a vector is not found by it");
    }
    gate("parity").isGreen();
  }

  @Test
  void aProbeThatCannotBeErasedIsRed() throws Exception {
    try (AutoCloseable broken =
        bench
            .tables()
            .sabotage(
                "memory_commits",
                "update",
                "if new.scope like 'perdura-probe-smoke%' then raise exception 'held'; end if; return new;")) {
      assertThat(broken).isNotNull();
      GateBench.Ran ran = gate("preflight", "--write-smoke");
      assertThat(ran.red()).as(ran.told()).containsExactly("probe_scopes_erased");
      ran.isRed("probe_scope_not_erased");
    }
    gate("preflight", "--write-smoke").isGreen();
  }

  @Test
  void aWorkerWithoutHeartbeatIsRed() throws Exception {
    try (AutoCloseable broken =
        bench.tables().sabotage("cluster_members", "insert or update", "return null;")) {
      assertThat(broken).isNotNull();
      Poll.until(
          "the last heartbeat is old",
          Duration.ofSeconds(20),
          () ->
              bench
                      .tables()
                      .count("cluster_members where heartbeat_at > now() - interval '6 seconds'")
                  == 0);
      GateBench.Ran ran = gate("preflight");
      assertThat(ran.red()).as(ran.told()).contains("members");
      ran.isRed("no_worker");
    }
    Poll.until(
        "there is a heartbeat again",
        Duration.ofSeconds(20),
        () ->
            bench
                    .tables()
                    .count("cluster_members where heartbeat_at > now() - interval '3 seconds'")
                == 1);
    gate("preflight").isGreen();
  }

  @Test
  void anUpgradeThatIsHalfDoneIsRed() {
    bench
        .tables()
        .sql(
            "insert into cluster_members (id, role, version, host, schema_version, heartbeat_at)"
                + " values ('half', 'worker', '0.0.1', 'half', '1', now() + interval '1 minute')");
    try {
      GateBench.Ran ran = gate("preflight");
      assertThat(ran.red()).as(ran.told()).containsExactly("members");
      ran.isRed("versions_differ");
    } finally {
      bench.tables().sql("delete from cluster_members where id = 'half'");
    }
    gate("preflight").isGreen();
  }

  @Test
  void aRecallThatBreaksIsRed() {
    String rename = "alter table memory_nodes rename column %s to %s";
    bench.tables().sql(rename.formatted("raw_ref", "raw_ref_gone"));
    try {
      GateBench.Ran ran = gate("preflight");
      assertThat(ran.red()).as(ran.told()).containsExactly("recall_text_smoke");
      ran.isRed("recall_text_failed");
    } finally {
      bench.tables().sql(rename.formatted("raw_ref_gone", "raw_ref"));
    }
    gate("preflight").isGreen();
  }

  @Test
  void aServiceWithoutItsDatabaseIsRedAndNothingElseIsLookedAt() {
    bench.tables().shut(true);
    try {
      awaitReadiness(503);
      GateBench.Ran ran = gate("preflight");
      ran.isRed("service: health_ready: database");
      assertThat(ran.failures()).contains("members (not proven): not_looked_at: service failed");
    } finally {
      bench.tables().shut(false);
      awaitReadiness(200);
    }
    gate("preflight").isGreen();
  }

  private static void awaitReadiness(int status) {
    Poll.until(
        "readiness is " + status,
        Duration.ofSeconds(60),
        () -> bench.server().api().status("/health/ready") == status);
  }

  @Test
  void aServerThatSendsAlertsInsideIsRedWhileItsEmbedderIsOnlyRemarkedOn() {
    try (LibertyServer loose =
        bench
            .plain("gates-loose")
            .with("PERDURA_ROLE", "api")
            .with("PERDURA_OUTBOUND_ALLOW", "https://127.0.0.1")
            .with("EMBEDDING_PROVIDER", "openai")
            .with("OPENAI_API_KEY", "none")
            .with("OPENAI_EMBED_ENDPOINT", "http://127.0.0.1:9/v1/embeddings")
            .start()) {
      GateBench.Ran alerts =
          bench.gate(
              loose,
              temp.resolve("alerts"),
              "core",
              "--run-control-admin-validation",
              "true",
              "--only",
              "control_admin_validation");
      alerts.isRed("alert_to_loopback: wanted 400 invalid_alert_target");
      // In a scope that nobody wrote to, so that no model but the server's own is asked.
      GateBench.Ran developer =
          bench.gate(loose, temp.resolve("developer"), "preflight", "--scope", "unwritten");
      developer.isRed("orchestration: app_env_prod is not so");
      assertThat(developer.failures())
          .contains("auth_mode_secure", "rate_limit_enabled", "memory_open");
      assertThat(developer.summary().path("warn_reasons").toString())
          .contains("recall_text_smoke: recall_text_embedder");
      assertThat(developer.status("recall_text_smoke")).isEqualTo("warn");
    }
  }
}
