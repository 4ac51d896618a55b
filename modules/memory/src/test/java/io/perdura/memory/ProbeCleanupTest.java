package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.schema.TestDatabase;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probe scopes that a killed gate left go, and nothing else does. */
class ProbeCleanupTest {
  private TestDatabase server;
  private MemoryKit kit;
  private int writes;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    write("", "perdura-probe-perf-old");
    write("'tenant_id':'acme',", "perdura-probe-pack-old");
    write("", "perdura-probe-perf-young");
    write("'tenant_id':'acme',", "theirs");
    write("", "perdura-probes");
    write("", "my-perdura-probe-x");
    age("true", 30);
    write("", "perdura-probe-perf-young");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void write(String tenant, String scope) {
    kit.write(
        "{"
            + tenant
            + "'scope':'"
            + scope
            + "','input_text':'"
            + ++writes
            + "','nodes':[{'type':'entity','title':'a','embedding':[1,0,0,0]}]}");
  }

  private void age(String which, int hours) {
    kit.execute(
        "update memory_commits set created_at = now() - interval '"
            + hours
            + " hours' where "
            + which);
  }

  private ProbeCleanupJob job() {
    return new ProbeCleanupJob(kit.database, kit.settings, kit.erasures);
  }

  private String scopes() {
    return kit.value("select string_agg(distinct scope, ' ' order by scope) from memory_nodes");
  }

  @Test
  void onlyScopesWithThePrefixThatNobodyWritesAnyMoreAreErased() throws Exception {
    JobResult result = Jobs.run(job());

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(scopes())
        .isEqualTo(
            "my-perdura-probe-x perdura-probe-perf-young perdura-probes tenant:acme::scope:theirs");
    JsonNode body = result.body();
    assertThat(body.get("found").intValue()).isEqualTo(3);
    assertThat(body.get("due").intValue()).isEqualTo(2);
    assertThat(body.get("erased").intValue()).isEqualTo(2);
    assertThat(body.get("scopes").findValuesAsText("scope"))
        .containsExactlyInAnyOrder("perdura-probe-perf-old", "perdura-probe-pack-old");
    assertThat(body.get("scopes").findValuesAsText("tenant_id"))
        .containsExactlyInAnyOrder("default", "acme");
    assertThat(body.at("/scopes/0/clean").booleanValue()).isTrue();
    assertThat(kit.count("erasure_ledger where actor = 'job:probe-cleanup'")).isEqualTo(2);
    assertThat(kit.verifyChain("perdura-probe-perf-old").path("valid").booleanValue()).isTrue();
  }

  @Test
  void aSecondRunFindsNothingMoreToErase() throws Exception {
    Jobs.run(job());

    JsonNode again = Jobs.run(job()).body();

    assertThat(again.get("found").intValue()).isEqualTo(1);
    assertThat(again.get("due").intValue()).isZero();
    assertThat(kit.count("erasure_ledger")).isEqualTo(2);
  }

  @Test
  void aDryRunTellsWhatItWouldEraseAndErasesNothing() throws Exception {
    String before = scopes();

    JsonNode body = Jobs.run(job(), "dry-run", "true").body();

    assertThat(body.get("due").intValue()).isEqualTo(2);
    assertThat(body.get("erased").intValue()).isZero();
    assertThat(body.at("/scopes/0/nodes").intValue()).isEqualTo(1);
    assertThat(body.at("/scopes/0/youngest_write_at").textValue()).endsWith("Z");
    assertThat(scopes()).isEqualTo(before);
    assertThat(kit.count("erasure_ledger")).isZero();
  }

  @Test
  void theAgeAndTheNumberOfScopesAreTheOperators() throws Exception {
    assertThat(Jobs.run(job(), "older-than-hours", "31").body().get("due").intValue()).isZero();
    age("scope = 'tenant:acme::scope:perdura-probe-pack-old'", 40);

    JsonNode oldest = Jobs.run(job(), "limit", "1").body();

    assertThat(oldest.get("scopes").findValuesAsText("scope"))
        .containsExactly("perdura-probe-pack-old");
    assertThat(scopes()).contains("perdura-probe-perf-old");
  }

  @Test
  void theConfiguredScopeIsNeverErased() throws Exception {
    MemoryKit probing =
        new MemoryKit(server.dataSource(), "MEMORY_SCOPE", "perdura-probe-perf-old");

    JsonNode body =
        Jobs.run(new ProbeCleanupJob(probing.database, probing.settings, probing.erasures)).body();

    assertThat(body.get("scopes").findValuesAsText("scope"))
        .containsExactly("perdura-probe-pack-old");
    assertThat(scopes()).contains("perdura-probe-perf-old");
  }

  @Test
  void aRunThatIsToldToStopErasesNoFurtherScope() {
    JobProgress stopping =
        new JobProgress() {
          @Override
          public void at(long items, long total) {}

          @Override
          public boolean isStopping() {
            return true;
          }
        };

    assertThatThrownBy(() -> job().run(job().definition().check(Jobs.given()), stopping))
        .isInstanceOf(CancellationException.class);
    assertThat(kit.count("erasure_ledger")).isZero();
  }
}
