package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.PagedWork;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The search for duplicates in many pages finds what it finds in one. */
class ConsolidationPagesTest {
  private static final int NODES = 60;

  private TestDatabase database;
  private MemoryKit kit;

  /** Entities of which every third is much like the one before. */
  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    kit = new MemoryKit(database.dataSource());
    Random random = new Random(7);
    StringBuilder nodes = new StringBuilder();
    float[] vector = new float[4];
    for (int i = 0; i < NODES; i++) {
      for (int j = 0; j < vector.length; j++) {
        vector[j] = i % 3 == 2 ? vector[j] + 0.01f * j : (float) random.nextGaussian();
      }
      nodes
          .append(i == 0 ? "" : ",")
          .append(
              "{'type':'entity','client_id':'n%d','title':'thing number %d','salience':0.%d,'embedding':[%s,%s,%s,%s]}"
                  .formatted(i, i / 3, 1 + i % 9, vector[0], vector[1], vector[2], vector[3]));
    }
    kit.write("{'input_text':'x','memory_lane':'shared','nodes':[" + nodes + "]}");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private ConsolidationApplyJob job(Duration page) {
    return new ConsolidationApplyJob(kit.settings, kit.generations, VectorEvents.silent(), page);
  }

  private void assertSameInPages(String... given) {
    JsonNode whole = Jobs.body(kit, job(Duration.ofHours(1)), given);
    JsonNode paged = Jobs.runDying(kit, job(Duration.ZERO), given).body();
    assertThat(whole.get("plans")).isNotEmpty();
    assertThat(paged).isEqualTo(whole);
  }

  @Test
  void pagesOfOneNodeFindWhatOnePageFinds() {
    assertSameInPages();
    assertSameInPages("max-anchors", "7", "limit-apply", "3");
    assertSameInPages("neighbors-per-node", "1");
    assertSameInPages("min-vector", "0", "min-score", "0", "neighbors-per-node", "3");
  }

  @Test
  void onlyTheNewestChangedNodesAreComparedWhereThereAreMore() {
    kit.execute(
        "update memory_nodes set updated_at = now() + interval '1 minute' where client_id in ('n1', 'n2', 'n4', 'n5')");

    assertSameInPages("max-nodes", "10");

    JsonNode scanned =
        Jobs.body(kit, job(Duration.ZERO), "max-nodes", "10", "limit-apply", "500").get("scanned");
    assertThat(scanned.get("nodes").intValue()).isEqualTo(10);
    assertThat(scanned.get("nodes_truncated").booleanValue()).isTrue();
  }

  @Test
  void whatIsMergedInPagesIsMergedOnce() {
    JsonNode done =
        Jobs.runDying(kit, job(Duration.ZERO), "apply", "true", "limit-apply", "500").body();

    assertThat(done.get("applied_pairs").intValue()).isGreaterThanOrEqualTo(NODES / 3);
    assertThat(kit.count("memory_nodes where slots->>'alias_of' is not null"))
        .isEqualTo(done.get("applied_pairs").intValue());
    assertThat(kit.count("memory_commits where kind = 'consolidation_apply'")).isEqualTo(1);
  }

  @Test
  void aNodeThatChangesMeanwhileIsComparedOnce() throws Exception {
    ConsolidationApplyJob job = job(Duration.ZERO);
    JobParameters given = job.definition().check(Jobs.given("limit-apply", "500"));
    ObjectNode state = kit.database.transaction("begin", tx -> job.begin(tx, given));
    assertThat(state.path(PagedWork.Page.TOTAL).intValue()).isEqualTo(NODES);
    long items = 0;
    boolean last = false;
    for (int i = 0; !last; i++) {
      if (i % 5 == 0) {
        kit.execute("update memory_nodes set title = title where type = 'entity'");
      }
      ObjectNode before = state;
      PagedWork.Page page = kit.database.transaction("page", tx -> job.page(tx, given, before));
      state = page.state();
      items += page.items();
      last = page.last();
    }

    JsonNode body = job.result(given, state).body();
    assertThat(items).isEqualTo(NODES);
    assertThat(body.at("/scanned/nodes").intValue()).isEqualTo(NODES);
    assertThat(body.get("planned_apply").intValue()).isGreaterThanOrEqualTo(NODES / 3);
  }

  @Test
  void anAnchorThatWasMergedMeanwhileIsNotMergedAgain() throws Exception {
    ConsolidationApplyJob job = job(Duration.ZERO);
    JobParameters given = job.definition().check(Jobs.given("apply", "true", "limit-apply", "500"));
    ObjectNode state = kit.database.transaction("begin", tx -> job.begin(tx, given));
    for (int i = 0; i < NODES; i++) {
      ObjectNode before = state;
      state = kit.database.transaction("page", tx -> job.page(tx, given, before)).state();
    }
    JsonNode other =
        Jobs.body(kit, job(Duration.ofHours(1)), "apply", "true", "limit-apply", "500");
    boolean last = false;
    while (!last) {
      ObjectNode before = state;
      PagedWork.Page page = kit.database.transaction("page", tx -> job.page(tx, given, before));
      state = page.state();
      last = page.last();
    }

    JsonNode body = job.result(given, state).body();

    List<String> merged = other.get("applied").findValuesAsText("duplicate_id");
    assertThat(merged).isNotEmpty();
    assertThat(body.get("applied").findValuesAsText("duplicate_id"))
        .doesNotContainAnyElementsOf(merged);
    assertThat(body.get("applied").findValuesAsText("canonical_id"))
        .doesNotContainAnyElementsOf(merged);
    assertThat(body.get("plans").findValuesAsText("reason")).contains("already_applied");
  }
}
