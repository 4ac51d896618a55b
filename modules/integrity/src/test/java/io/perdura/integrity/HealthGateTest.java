package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobResult.Verdict;
import io.perdura.jobs.JobWork;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.memory.EmbeddingModelBackfill;
import io.perdura.memory.PrivateLaneOwnerBackfill;
import io.perdura.schema.TestDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One verdict over a scope: each thing that is wrong turns it red with its own reason. */
class HealthGateTest {
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

  /** A gate that fails as long as it is not told otherwise. */
  private static final class Stubborn implements ReportWork {
    private final String name;
    private JobParameters given;

    Stubborn(String name) {
      this.name = name;
    }

    @Override
    public JobDefinition definition() {
      return JobDefinition.of(
          name,
          "Fails.",
          false,
          JobParameter.text("scope", null, "Any."),
          JobParameter.flag("strict-warnings", "Any."),
          JobParameter.flag("pass", "Whether it passes."));
    }

    @Override
    public JobResult run(JobParameters parameters, JobProgress progress) {
      given = parameters;
      return JobResult.judged(parameters.flag("pass"), Jsons.object().put("ok", true));
    }
  }

  private static JobResult gate(List<JobWork> works, String... namesAndValues) throws Exception {
    HealthGate gate = HealthGate.of(kit.database, kit.settings, works.toArray(JobWork[]::new));
    return JobLoop.run(gate, IntegrityKit.parameters(namesAndValues));
  }

  private static List<String> reasons(JobResult result) {
    List<String> reasons = new ArrayList<>();
    for (JsonNode reason : result.body().path("gate").path("fail_reasons")) {
      reasons.add(reason.textValue());
    }
    return reasons;
  }

  private static JobResult strict(String scope) throws Exception {
    return gate(List.of(), "scope", scope, "strict-warnings", "true");
  }

  @Test
  void aHealthyScopePassesTheStrictestGate() throws Exception {
    kit.healthy("green");

    JobResult result = strict("green");

    assertThat(reasons(result)).isEmpty();
    assertThat(result.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(result.body().path("ok").booleanValue()).isTrue();
    assertThat(result.body().path("backfill").path("skipped").booleanValue()).isTrue();
    assertThat(
            result
                .body()
                .path("quality")
                .path("abstraction")
                .path("compression_summaries")
                .intValue())
        .isEqualTo(1);
    assertThat(result.body().path("consistency").path("checks")).hasSizeGreaterThan(50);
  }

  @Test
  void anEmptyOrUnknownScopeIsNoPass() throws Exception {
    JobResult result = gate(List.of(), "scope", "nowhere");

    assertThat(result.verdict()).isEqualTo(Verdict.FAILED_GATE);
    assertThat(reasons(result)).containsExactly("insufficient_data");
  }

  @Test
  void aDeadLetterWithItsFailedNodeIsRedForBothReasonsAndGreenOnceHealed() throws Exception {
    kit.healthy("dead");
    kit.execute(
        "dead",
        """
        insert into memory_outbox (scope, commit_id, event_type, job_key, failed_at)
          select '{scope}', commit_id, 'embed_nodes', 'dead', now() from memory_nodes where id = '{e1}';
        update memory_nodes set embedding_status = 'failed', embedding_last_error = 'HTTP 400' where id = '{bare}'
        """);
    assertThat(reasons(strict("dead")))
        .containsExactly("consistency_errors", "dead_letters", "failed_embeddings");
    assertThat(reasons(gate(List.of(), "scope", "dead", "max-dead-letters", "1")))
        .containsExactly("consistency_errors", "failed_embeddings");

    kit.execute(
        "dead",
        """
        update memory_outbox set failed_at = null, published_at = now() where job_key = 'dead';
        update memory_nodes set embedding_status = 'pending', embedding_last_error = null where id = '{bare}'
        """);
    assertThat(reasons(strict("dead"))).isEmpty();
  }

  @Test
  void aBacklogTurnsTheGateRedAtTheConfiguredAge() throws Exception {
    kit.healthy("late");
    kit.execute(
        "late",
        """
        insert into memory_outbox (scope, commit_id, event_type, job_key, created_at)
          select '{scope}', commit_id, 'embed_nodes', 'late', now() - interval '9 hours' from memory_nodes where id = '{e1}'
        """);

    assertThat(reasons(strict("late"))).containsExactly("consistency_errors", "backlog_too_old");
    assertThat(reasons(gate(List.of(), "scope", "late", "max-pending-age-seconds", "36000")))
        .isEmpty();
    kit.execute("late", "update memory_outbox set published_at = now() where job_key = 'late'");
    assertThat(reasons(strict("late"))).isEmpty();
  }

  @Test
  void warningsAreReasonsOnlyWhenStrictAndErrorsAlways() throws Exception {
    kit.healthy("warned");
    kit.execute("warned", "update memory_nodes set salience = 0.9 where id = '{n1}'");
    assertThat(reasons(gate(List.of(), "scope", "warned"))).isEmpty();
    assertThat(reasons(strict("warned"))).containsExactly("consistency_warnings");

    kit.healthy("wrong");
    kit.execute("wrong", "delete from memory_vectors where node_id = '{e1}'");
    assertThat(reasons(strict("wrong"))).contains("consistency_errors");
  }

  @Test
  void aMissedQualityThresholdIsAReason() throws Exception {
    kit.healthy("coarse");

    JobResult result = gate(List.of(), "scope", "coarse", "max-archive-ratio", "0");

    assertThat(reasons(result)).containsExactly("quality_eval_failed");
    assertThat(result.body().path("quality").path("failed_checks").get(0).textValue())
        .isEqualTo("archive_ratio");
  }

  @Test
  void otherGatesCountWhenTheyAreAskedFor() throws Exception {
    kit.healthy("others");
    Stubborn loop = new Stubborn("execution-loop-gate");

    JobResult red =
        gate(
            List.of(loop),
            "scope",
            "others",
            "strict-warnings",
            "true",
            "run-execution-loop-gate",
            "true");
    assertThat(reasons(red)).containsExactly("execution_loop_gate_failed");
    assertThat(red.body().path("execution_loop").path("ok").booleanValue()).isFalse();
    assertThat(loop.given.flag("strict-warnings")).isTrue();

    JobResult green =
        gate(
            List.of(loop),
            "scope",
            "others",
            "run-execution-loop-gate",
            "true",
            "execution-loop-arg",
            "--pass");
    assertThat(reasons(green)).isEmpty();

    JobResult absent = gate(List.of(), "scope", "others", "run-policy-adaptation-gate", "true");
    assertThat(reasons(absent)).containsExactly("policy_adaptation_gate_failed");
    assertThatThrownBy(() -> gate(List.of(), "execution-loop-arg", "pass"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theModelBackfillRunsFirstWhenItIsAskedFor() throws Exception {
    kit.healthy("unlabelled");
    kit.execute("unlabelled", "update memory_nodes set embedding_model = null where id = '{e1}'");
    assertThat(reasons(strict("unlabelled"))).containsExactly("consistency_errors");

    JobResult result =
        gate(
            List.of(modelBackfill(kit)),
            "scope",
            "unlabelled",
            "strict-warnings",
            "true",
            "auto-backfill",
            "true",
            "backfill-limit",
            "10");

    assertThat(reasons(result)).isEmpty();
    assertThat(result.body().path("backfill").path("updated").intValue()).isEqualTo(1);
    assertThat(result.body().path("backfill").path("reembed_nodes").intValue()).isEqualTo(1);
  }

  @Test
  void theModelBackfillIsLeftOutWhereThereIsNoLabelToGive() throws Exception {
    IntegrityKit bare = new IntegrityKit(database.dataSource(), "EMBEDDING_PROVIDER", "none");
    bare.healthy("helpless");
    bare.execute("helpless", "update memory_nodes set embedding_model = null where id = '{e1}'");
    HealthGate gate = HealthGate.of(bare.database, bare.settings, modelBackfill(bare));

    JobResult left =
        JobLoop.run(gate, IntegrityKit.parameters("scope", "helpless", "auto-backfill", "true"));
    assertThat(left.body().path("backfill").path("reason").textValue())
        .isEqualTo("cannot_infer_embedding_model");
    assertThat(left.body().path("backfill").path("skipped").booleanValue()).isTrue();
    assertThat(reasons(left)).contains("consistency_errors").doesNotContain("backfill_failed");

    JobResult named =
        JobLoop.run(
            gate,
            IntegrityKit.parameters(
                "scope", "helpless", "auto-backfill", "true", "backfill-model", "openai:x"));
    assertThat(named.body().path("backfill").path("updated").intValue()).isEqualTo(1);
    assertThat(reasons(named)).doesNotContain("consistency_errors", "backfill_failed");
  }

  private static EmbeddingModelBackfill modelBackfill(IntegrityKit of) {
    return EmbeddingModelBackfill.of(of.settings, of.embeddings, of.outbox, Clock.systemUTC());
  }

  @Test
  void theLaneBackfillRunsFirstWhenItIsAskedFor() throws Exception {
    kit.healthy("orphans");
    kit.execute("orphans", "update memory_nodes set owner_agent_id = null where id = '{mine}'");
    assertThat(reasons(strict("orphans"))).containsExactly("consistency_warnings");
    PrivateLaneOwnerBackfill backfill =
        PrivateLaneOwnerBackfill.of(kit.settings, kit.generations, Clock.systemUTC());

    JobResult result =
        gate(
            List.of(backfill),
            "scope",
            "orphans",
            "strict-warnings",
            "true",
            "auto-private-lane-backfill",
            "true",
            "private-lane-default-owner-agent",
            "ann");

    assertThat(reasons(result)).isEmpty();
    assertThat(result.body().path("private_lane_backfill").path("updated_set_owner").intValue())
        .isEqualTo(1);
    assertThat(reasons(gate(List.of(), "scope", "orphans", "auto-private-lane-backfill", "true")))
        .containsExactly("private_lane_backfill_failed");
    assertThat(
            reasons(
                gate(
                    List.of(),
                    "scope",
                    "orphans",
                    "auto-private-lane-backfill",
                    "true",
                    "skip-private-lane-backfill",
                    "true")))
        .isEmpty();
  }
}
