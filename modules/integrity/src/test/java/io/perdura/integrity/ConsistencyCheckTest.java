package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult.Verdict;
import io.perdura.schema.TestDatabase;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A run as a whole: sets, slices, strictness, and rows that hold nonsense. */
class ConsistencyCheckTest {
  private static final List<String> TENANT_CHECKS =
      List.of(
          "tenant_scope_key_malformed",
          "cross_tenant_edge_scope_mismatch",
          "cross_tenant_rule_def_scope_mismatch",
          "cross_tenant_rule_feedback_scope_mismatch",
          "cross_tenant_outbox_scope_mismatch",
          "cross_tenant_commit_parent_scope_mismatch");

  /** What a hostile or broken writer may leave in a slot. */
  private static final List<String> NONSENSE =
      List.of(
          "null",
          "true",
          "-1",
          "1e400",
          "1e-400",
          "\"\"",
          "\"NaN\"",
          "\"Infinity\"",
          "\"9999999999999999999999999999\"",
          "\"\\u2028 x\"",
          "[]",
          "[[[[[]]]]]",
          "{}",
          "{\"node_id\": \"00000000-0000-0000-0000-00000000000g\"}",
          "[null, 1, \"x\", {\"node_id\": null}, {\"node_id\": [1]}]",
          "\"00000000-0000-0000-0000-0000000000000\"",
          "\"------------------------------------\"",
          "\"0000000000000000000000000000000000-0\"");

  private static final List<String> SLOTS =
      List.of(
          "topic_state",
          "member_count",
          "last_tier_transition_ms",
          "pin",
          "legal_hold",
          "feedback_quality",
          "feedback_positive",
          "feedback_negative",
          "summary_kind",
          "citations",
          "alias_of",
          "superseded_by",
          "consolidation_conflict_detected",
          "consolidation_conflict_override");

  private static TestDatabase database;
  private static IntegrityKit kit;

  @BeforeAll
  static void open() {
    database = TestDatabase.fresh();
    kit = new IntegrityKit(database.dataSource());
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static List<String> contractNames(ConsistencyReport report) {
    List<String> names = new ArrayList<>();
    for (JsonNode check : report.body().path("checks")) {
      if (check.path("origin").textValue().equals("contract")) {
        names.add(check.path("name").textValue());
      }
    }
    return names;
  }

  @Test
  void theScopeSetNamesThirtyThreeChecksAndSixThatItDidNotMake() {
    kit.healthy("sets");

    ConsistencyReport report = kit.check("scope", "sets", "check-set", "scope");

    assertThat(contractNames(report)).hasSize(39).endsWith(TENANT_CHECKS.toArray(String[]::new));
    assertThat(IntegrityKit.with("skipped", report)).containsAll(TENANT_CHECKS);
    assertThat(IntegrityKit.with("skipped", report)).hasSize(7);
    assertThat(report.body().path("summary").path("sample_limit").intValue()).isEqualTo(20);
    assertThat(report.body().path("batch").isNull()).isTrue();
  }

  @Test
  void theTenantSetNamesSevenOfTheContractsChecks() {
    ConsistencyReport report = kit.check("check-set", "cross_tenant");

    assertThat(contractNames(report)).hasSize(7).startsWith("edges_cross_scope");
    assertThat(IntegrityKit.with("skipped", report)).containsExactly("edges_cross_scope");
    assertThat(IntegrityKit.named("tenant_scope_key_malformed", report).path("note").textValue())
        .contains("no row belongs to another tenant");
  }

  @Test
  void slicesTogetherSayWhatOneRunSays() {
    kit.healthy("sliced");
    kit.execute("sliced", "update memory_nodes set salience = 0.9 where id = '{n1}'");
    kit.execute("sliced", "update memory_nodes set embedding_status = 'pending' where id = '{e1}'");
    ConsistencyReport whole = kit.check("scope", "sliced", "check-set", "scope");
    List<ConsistencyReport> slices = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ConsistencyReport slice =
          kit.check(
              "scope", "sliced", "check-set", "scope", "batch-size", "5", "batch-index", "" + i);
      assertThat(IntegrityKit.with("pass", slice).size() + IntegrityKit.with("fail", slice).size())
          .isLessThanOrEqualTo(5);
      slices.add(ConsistencyReport.read(slice.body()));
    }
    int numbered = slices.getFirst().body().path("batch").path("checks_seen").intValue();

    ConsistencyReport merged = ConsistencyReport.merge(slices);

    assertThat(numbered).isEqualTo(46);
    assertThat(merged.body().path("checks")).isEqualTo(whole.body().path("checks"));
    assertThat(merged.errors()).isEqualTo(1);
    assertThat(merged.warnings()).isEqualTo(1);
    assertThat(IntegrityKit.with("skipped", slices.getFirst())).isNotEmpty();
  }

  @Test
  void theFirstSliceHasTheContractsFirstOrdinals() {
    kit.healthy("first");

    ConsistencyReport slice =
        kit.check("scope", "first", "check-set", "scope", "batch-size", "11", "batch-index", "2");

    assertThat(IntegrityKit.with("pass", slice))
        .startsWith("private_lane_without_owner")
        .endsWith("outbox_claimed_too_old")
        .hasSize(11);
  }

  @Test
  void reportsOfDifferentRunsAreNotJoined() {
    ConsistencyReport one = kit.check("scope", "a");
    ConsistencyReport other = kit.check("scope", "b");

    assertThatThrownBy(() -> ConsistencyReport.merge(List.of(one, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scope");
    assertThatThrownBy(() -> ConsistencyReport.merge(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void warningsFailOnlyTheStrictestRunAndErrorsEveryStrictOne() throws Exception {
    kit.healthy("warned");
    kit.execute("warned", "update memory_nodes set salience = 0.9 where id = '{n1}'");
    assertThat(kit.run("scope", "warned").verdict()).isEqualTo(Verdict.PASSED);
    assertThat(kit.run("scope", "warned", "strict", "true").verdict()).isEqualTo(Verdict.PASSED);
    assertThat(kit.run("scope", "warned", "strict-warnings", "true").verdict())
        .isEqualTo(Verdict.FAILED_GATE);

    kit.healthy("wrong");
    kit.execute("wrong", "delete from memory_vectors where node_id = '{e1}'");
    assertThat(kit.run("scope", "wrong").verdict()).isEqualTo(Verdict.PASSED);
    assertThat(kit.run("scope", "wrong", "strict", "true").verdict())
        .isEqualTo(Verdict.FAILED_GATE);
    assertThat(kit.run("scope", "wrong", "strict-warnings", "true").verdict())
        .isEqualTo(Verdict.FAILED_GATE);
  }

  @Test
  void aScopeWithoutRowsProvesNothing() throws Exception {
    assertThat(kit.run("scope", "nowhere", "strict-warnings", "true").verdict())
        .isEqualTo(Verdict.SKIPPED);
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    for (String[] bad :
        new String[][] {
          {"sample", "0"},
          {"sample", "201"},
          {"sample", "abc"},
          {"check-set", "some"},
          {"mode", "slow"},
          {"batch-size", "501"},
          {"batch-index", "50001"},
          {"batch-index", "1"},
          {"tenant-id", "-"},
          {"smaple", "5"}
        }) {
      assertThatThrownBy(() -> kit.run(bad))
          .as(String.join(" ", bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aSampleIsNoLongerThanAskedForAndFastSaysWhatItCounted() {
    kit.healthy("many");
    kit.execute(
        "many",
        "update memory_nodes set embedding_model = 'unknown:x' where scope = '{scope}' and embedding_status = 'ready'");
    String all =
        kit.value(
            "select count(*) from memory_nodes where scope = 'many' and embedding_status = 'ready'");

    JsonNode full =
        IntegrityKit.named(
            "embedding_model_invalid_for_ready", kit.check("scope", "many", "sample", "2"));
    JsonNode fast =
        IntegrityKit.named(
            "embedding_model_invalid_for_ready",
            kit.check("scope", "many", "sample", "2", "mode", "fast"));

    assertThat(full.path("count").asText()).isEqualTo(all);
    assertThat(full.path("sample")).hasSize(2);
    assertThat(fast.path("count").intValue()).isEqualTo(3);
    assertThat(fast.path("note").textValue()).contains("lower bound");
    assertThat(fast.path("sample")).hasSize(2);
  }

  @Test
  void aTableThatIsNotThereIsTheFaultOfItsOwnChecksOnly() throws Exception {
    kit.healthy("torn");
    kit.execute("torn", "alter table memory_rule_defs rename to memory_rule_defs_away");
    try {
      ConsistencyReport report = kit.check("scope", "torn", "check-set", "scope");

      assertThat(IntegrityKit.with("error", report)).containsExactly("rule_scope_target_missing");
      assertThat(IntegrityKit.with("fail", report)).isEmpty();
      JsonNode check = IntegrityKit.named("rule_scope_target_missing", report);
      assertThat(check.path("count").intValue()).isEqualTo(-1);
      assertThat(check.path("error").textValue()).contains("42P01");
      assertThat(kit.run("scope", "torn", "check-set", "scope", "strict", "true").verdict())
          .isEqualTo(Verdict.FAILED_GATE);
    } finally {
      kit.execute("torn", "alter table memory_rule_defs_away rename to memory_rule_defs");
    }
  }

  @Test
  void aColumnThatIsNotThereLeavesTheOtherChecksOfItsTable() {
    kit.healthy("thin");
    kit.execute("thin", "alter table memory_execution_decisions rename column run_id to away");
    try {
      ConsistencyReport report = kit.check("scope", "thin", "check-set", "scope");

      assertThat(IntegrityKit.with("error", report))
          .containsExactly(
              "tools_feedback_missing_decision_id",
              "tools_feedback_decision_link_broken",
              "tools_feedback_run_id_mismatch_with_decision",
              "tools_decision_missing_run_id");
      assertThat(IntegrityKit.with("fail", report)).isEmpty();
    } finally {
      kit.execute("thin", "alter table memory_execution_decisions rename column away to run_id");
    }
  }

  @Test
  void noNonsenseInASlotKeepsAnyCheckFromLooking() {
    kit.healthy("nonsense");
    for (String type : List.of("topic", "concept")) {
      for (String slot : SLOTS) {
        for (String nonsense : NONSENSE) {
          kit.execute(
              "nonsense",
              """
              insert into memory_nodes (id, scope, type, memory_lane, embedding_status, commit_id, slots)
              select gen_random_uuid(), '{scope}', '%s', 'shared', 'pending', commit_id,
                '{"summary_kind": "compression_rollup", "citations": []}'::jsonb || ('{"%s": ' || $q$%s$q$ || '}')::jsonb
              from memory_nodes where id = '{e1}'
              """
                  .formatted(type, slot, nonsense));
        }
      }
    }
    kit.execute("nonsense", "update memory_nodes set slots = '\"x\"' where id = '{n1}'");
    kit.execute(
        "nonsense", "update memory_nodes set slots = '[\"pin\", \"alias_of\"]' where id = '{n2}'");

    for (String mode : List.of("full", "fast")) {
      ConsistencyReport report =
          kit.check("scope", "nonsense", "check-set", "scope", "sample", "200", "mode", mode);

      assertThat(IntegrityKit.with("error", report)).isEmpty();
      assertThat(IntegrityKit.with("fail", report))
          .contains("alias_target_missing", "adaptive_feedback_quality_invalid")
          .doesNotContain("embedding_ready_without_vector", "private_lane_without_owner");
      assertThat(IntegrityKit.named("node_slots_not_an_object", report).path("count").intValue())
          .isEqualTo(2);
    }
    assertThat(kit.evaluateQuietly("nonsense").path("ok").booleanValue()).isTrue();
  }

  @Test
  void aMalformedCitationsSlotFailsOneCheckAndAllOthersAreMade() {
    for (String citations : List.of("\"x\"", "5", "{\"a\": [1]}", "null")) {
      String scope = "citations" + citations.hashCode();
      kit.healthy(scope);
      kit.execute(
          scope,
          "update memory_nodes set slots = slots || '{\"citations\": %s}' where id = '{roll}'"
              .formatted(citations));

      ConsistencyReport report = kit.check("scope", scope, "check-set", "scope");

      assertThat(IntegrityKit.with("fail", report))
          .containsExactly("compression_citations_invalid");
      assertThat(IntegrityKit.with("error", report)).isEmpty();
      assertThat(
              IntegrityKit.named("compression_citations_invalid", report)
                  .path("sample")
                  .get(0)
                  .path("id")
                  .textValue())
          .isEqualTo(IntegrityKit.id(scope, "roll").toString());
    }
  }

  @Test
  void eachCheckCanBeMadeByHandWithTheSameResult() {
    kit.healthy("by hand");
    kit.execute(
        "by hand",
        "update memory_nodes set salience = 0.9 where scope = '{scope}' and tier = 'archive'");
    ConsistencyReport report = kit.check("scope", "by hand");

    Map<String, String> statements =
        kit.consistency.statements(
            kit.consistency.definition().check(IntegrityKit.parameters("scope", "by hand")));

    assertThat(statements).hasSize(52);
    assertThat(NamedSql.literal("{scope} {sample}", Map.of("scope", "it's $1", "sample", 2)))
        .isEqualTo("'it''s $1' 2");
    statements.forEach((name, sql) ->
        assertThat(Long.parseLong(kit.value(sql)))
            .as(name)
            .isEqualTo(IntegrityKit.named(name, report).path("count").longValue()));
  }

  @Test
  void aRunThatIsAskedToStopStops() {
    JobProgress stopping =
        new JobProgress() {
          @Override
          public void at(long items, long total) {}

          @Override
          public boolean isStopping() {
            return true;
          }
        };

    assertThatThrownBy(() ->
            kit.consistency.check(
                kit.consistency.definition().check(IntegrityKit.parameters()), stopping))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void everythingIsReadFromOneSnapshotThatCannotBeWrittenTo() {
    List<String> shown = new ArrayList<>();
    Snapshot.read(
        kit.database,
        "settings",
        connection -> {
          for (String name : List.of("transaction_isolation", "transaction_read_only")) {
            try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
              row.next();
              shown.add(row.getString(1));
            }
          }
          return null;
        });

    assertThat(shown).containsExactly("repeatable read", "on");
  }
}
