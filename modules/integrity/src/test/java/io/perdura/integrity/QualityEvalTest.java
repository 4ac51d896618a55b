package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobResult.Verdict;
import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a scope's quality is measured at, and that nothing to measure is no pass. */
class QualityEvalTest {
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

  private static void age(String scope) {
    kit.execute(
        scope,
        "update memory_nodes set created_at = now() - interval '1 hour' where scope = '{scope}'");
  }

  private static JsonNode metrics(JobResult result) {
    return result.body().path("metrics");
  }

  @Test
  void aHealthyScopePasses() throws Exception {
    kit.healthy("fine");
    age("fine");

    JobResult result = kit.evaluate("scope", "fine", "strict", "true");

    assertThat(result.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(result.body().path("summary").path("pass").booleanValue()).isTrue();
    JsonNode metrics = metrics(result);
    long total =
        Long.parseLong(kit.value("select count(*) from memory_nodes where scope = 'fine'"));
    assertThat(metrics.path("total_nodes").longValue()).isEqualTo(total);
    assertThat(metrics.path("tier_counts").path("archive").intValue()).isEqualTo(1);
    assertThat(metrics.path("embedding_ready_ratio").doubleValue()).isEqualTo(1);
    assertThat(metrics.path("compression_summaries").intValue()).isEqualTo(1);
    assertThat(metrics.path("compression_avg_citations").doubleValue()).isEqualTo(1);
    JsonNode clusters = metrics.path("clustering_quality");
    assertThat(clusters.path("eligible_event_nodes").intValue()).isEqualTo(3);
    assertThat(clusters.path("orphan_event_nodes").intValue()).isZero();
    assertThat(clusters.path("cohesion").doubleValue()).isBetween(0.5, 1.0);
  }

  @Test
  void nodesThatNeverGotAVectorCountOnceTheyAreOldEnough() throws Exception {
    kit.write(
        """
        {'scope':'bare','input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[
          {'client_id':'a','type':'event','text_summary':'a','embedding':[1,0,0,0]},
          {'client_id':'b','type':'event','text_summary':'b'},{'client_id':'c','type':'event','text_summary':'c'}]}
        """);

    JobResult young = kit.evaluate("scope", "bare", "strict", "true");
    age("bare");
    JobResult old = kit.evaluate("scope", "bare", "strict", "true");

    assertThat(young.verdict()).isEqualTo(Verdict.SKIPPED);
    assertThat(young.body().path("summary").path("pass").booleanValue()).isFalse();
    assertThat(young.body().path("summary").path("unproven").get(0).textValue())
        .isEqualTo("embedding_ready_ratio");
    assertThat(old.verdict()).isEqualTo(Verdict.FAILED_GATE);
    assertThat(metrics(old).path("embedding_ready_ratio").doubleValue()).isEqualTo(0.3333);
    assertThat(metrics(old).path("embedding_untracked_nodes").intValue()).isEqualTo(2);
    assertThat(old.body().path("summary").path("failed").get(0).textValue())
        .isEqualTo("embedding_ready_ratio");
  }

  @Test
  void aScopeWithoutNodesIsInsufficientData() throws Exception {
    JobResult result = kit.evaluate("scope", "nowhere");

    assertThat(result.verdict()).isEqualTo(Verdict.SKIPPED);
    assertThat(result.body().path("summary").path("pass").booleanValue()).isFalse();
    assertThat(result.body().path("summary").path("unproven")).hasSize(4);
    assertThat(result.body().path("checks").get(0).path("value").isNull()).isTrue();
  }

  @Test
  void aMissedThresholdFailsOnlyAStrictRun() throws Exception {
    kit.healthy("aliased");
    kit.execute(
        "aliased",
        "update memory_nodes set slots = slots || '{\"alias_of\": \"x\"}' where type = 'concept' and scope = '{scope}'");

    assertThat(kit.evaluate("scope", "aliased", "max-alias-rate", "0.1").verdict())
        .isEqualTo(Verdict.PASSED);
    assertThat(
            kit.evaluate("scope", "aliased", "max-alias-rate", "0.1", "strict", "true").verdict())
        .isEqualTo(Verdict.FAILED_GATE);
    assertThat(kit.evaluate("scope", "aliased", "max-alias-rate", "1", "strict", "true").verdict())
        .isEqualTo(Verdict.PASSED);
    assertThatThrownBy(() -> kit.evaluate("max-alias-rate", "1.1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void archiveAndStaleNodesAreMeasured() throws Exception {
    kit.healthy("old");
    kit.execute(
        "old",
        "update memory_nodes set tier = 'archive', created_at = now() - interval '31 days' where scope = '{scope}'");

    JobResult result = kit.evaluate("scope", "old", "strict", "true");

    assertThat(metrics(result).path("archive_ratio").doubleValue()).isEqualTo(1);
    assertThat(metrics(result).path("fresh_30d_ratio").doubleValue()).isZero();
    assertThat(result.body().path("summary").path("failed")).hasSize(2);
  }

  @Test
  void citationsThatAreNoListCountAsNone() throws Exception {
    kit.healthy("odd");
    kit.execute(
        "odd",
        "update memory_nodes set slots = slots || '{\"citations\": {}}' where id = '{roll}'");

    assertThat(
            metrics(kit.evaluate("scope", "odd")).path("compression_avg_citations").doubleValue())
        .isZero();
  }
}
