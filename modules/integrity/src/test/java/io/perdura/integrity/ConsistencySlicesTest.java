package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobResult.Verdict;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A run that divides itself into slices and joins what they found. */
class ConsistencySlicesTest {
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

  @Test
  void aRunInSlicesSaysWhatARunInOnePieceSays() throws Exception {
    kit.healthy("parted");
    kit.execute("parted", "update memory_nodes set salience = 0.9 where id = '{n1}'");
    kit.execute("parted", "update memory_nodes set embedding_status = 'pending' where id = '{e1}'");
    for (String set : List.of("scope", "cross_tenant", "all")) {
      JobResult whole = kit.run("scope", "parted", "check-set", set, "strict-warnings", "true");
      for (String batches : List.of("2", "5", "64")) {
        JobResult parted =
            kit.run(
                "scope", "parted", "check-set", set, "strict-warnings", "true", "batches", batches);
        assertThat(parted.body().path("checks"))
            .as(set + " in " + batches)
            .isEqualTo(whole.body().path("checks"));
        assertThat(parted.body().path("summary")).isEqualTo(whole.body().path("summary"));
        assertThat(parted.verdict()).isEqualTo(whole.verdict());
      }
    }
  }

  @Test
  void theResultTellsHowItWasDivided() throws Exception {
    kit.healthy("told");

    ObjectNode body = kit.run("scope", "told", "check-set", "scope", "batches", "4").body();

    assertThat(body.path("batch").path("size").asInt()).isEqualTo(12);
    assertThat(body.path("batch").path("index").isNull()).isTrue();
    assertThat(body.path("batch").path("slices").asInt()).isEqualTo(4);
    assertThat(body.path("batch").path("checks_seen").asInt()).isEqualTo(46);
    assertThat(kit.run("scope", "told").body().path("batch").isNull()).isTrue();
  }

  @Test
  void thereAreNoMoreSlicesThanChecks() {
    kit.healthy("few");
    ObjectNode plan = kit.consistency.plan(given("few", "scope", "64")).orElseThrow();

    assertThat(plan.path("slices").asInt()).isEqualTo(46);
  }

  @Test
  void aTenantThatAppearsBetweenSlicesMovesNoCheckToAnother() {
    kit.healthy("moving");
    JobParameters given = given("moving", "all", "3");
    ObjectNode plan = kit.consistency.plan(given).orElseThrow();
    List<ObjectNode> found = new ArrayList<>();
    found.add(kit.consistency.slice(given, plan, 0, JobProgress.unwatched()));
    kit.write(
        "{'tenant_id':'late','scope':'moving','input_text':'x','nodes':[{'type':'event','text_summary':'late'}]}");
    found.add(kit.consistency.slice(given, plan, 1, JobProgress.unwatched()));
    found.add(kit.consistency.slice(given, plan, 2, JobProgress.unwatched()));
    kit.execute("moving", "delete from memory_nodes where scope like 'tenant:late%'");
    kit.execute("moving", "delete from memory_commits where scope like 'tenant:late%'");

    ObjectNode body = kit.consistency.join(given, plan, found).body();

    assertThat(plan.path("tenants").booleanValue()).isFalse();
    assertThat(body.path("summary").path("statuses").path("error").asInt()).isZero();
    assertThat(body.path("checks").findValuesAsText("note")).doesNotContain("in another slice");
  }

  @Test
  void aCheckThatNoSliceMadeIsNoPass() {
    kit.healthy("holes");
    JobParameters given = given("holes", "scope", "3");
    ObjectNode plan = kit.consistency.plan(given).orElseThrow();
    ObjectNode first = kit.consistency.slice(given, plan, 0, JobProgress.unwatched());
    ObjectNode last = kit.consistency.slice(given, plan, 2, JobProgress.unwatched());

    JobResult joined = kit.consistency.join(given, plan, List.of(first, last));

    assertThat(joined.verdict()).isEqualTo(Verdict.FAILED_GATE);
    assertThat(joined.body().path("summary").path("errors").asInt()).isEqualTo(16);
    assertThat(joined.body().path("checks").findValuesAsText("error"))
        .hasSize(16)
        .containsOnly("no slice made the check");
  }

  @Test
  void oneSliceAndAllSlicesContradictEachOther() {
    assertThatThrownBy(() -> kit.run("scope", "x", "batches", "2", "batch-size", "5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one or the other");
  }

  private static JobParameters given(String scope, String set, String batches) {
    return kit.consistency
        .definition()
        .check(
            IntegrityKit.parameters(
                "scope", scope, "check-set", set, "batches", batches, "strict", "true"));
  }
}
