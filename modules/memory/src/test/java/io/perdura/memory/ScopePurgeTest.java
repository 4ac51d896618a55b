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

class ScopePurgeTest {
  private TestDatabase server;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource(), "PERDURA_ERASE_CHUNK", "100");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private ScopePurgeJob job() {
    return new ScopePurgeJob(kit.database, kit.settings, kit.erasures, kit.consistency);
  }

  private void write(String scope, int times) {
    for (int i = 0; i < times; i++) {
      String id =
          kit.value(
              "select coalesce((select id::text from memory_commits where scope = '"
                  + scope
                  + "' order by created_at desc limit 1), '')");
      kit.write(
          "{'scope':'"
              + scope
              + "','input_text':'"
              + i
              + "'"
              + (id.isEmpty() ? "" : ",'parent_commit_id':'" + id + "'")
              + ",'nodes':[{'type':'entity','client_id':'n"
              + i
              + "','embedding':[1,0,0,0]}]}");
    }
  }

  private long nodes(String scope) {
    return Long.parseLong(
        kit.value("select count(*) from memory_nodes where scope = '" + scope + "'"));
  }

  @Test
  void aPlanChangesNothingAndItsTokenErasesThisScopeAlone() throws Exception {
    for (String scope : new String[] {"perf_a", "perfXa", "PERF_A"}) {
      write(scope, 3);
    }

    JsonNode plan = Jobs.run(job(), "scope", "perf_a").body();
    assertThat(nodes("perf_a")).isEqualTo(3);
    String token = plan.get("confirm_token").textValue();
    assertThatThrownBy(
            () -> Jobs.run(job(), "scope", "perfXa", "apply", "true", "confirm-token", token))
        .hasMessageContaining("the token does not fit");
    JobResult done = Jobs.run(job(), "scope", "perf_a", "apply", "true", "confirm-token", token);

    assertThat(done.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(done.body().at("/residue/clean").booleanValue()).isTrue();
    assertThat(nodes("perf_a")).isZero();
    assertThat(nodes("perfXa")).isEqualTo(3);
    assertThat(nodes("PERF_A")).isEqualTo(3);
    JobResult again = Jobs.run(job(), "scope", "perf_a", "apply", "true", "confirm-token", token);
    assertThat(again.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(again.body().at("/totals/candidate_rows").intValue()).isZero();
  }

  @Test
  void aChainOf250CommitsIsPurgedInChunksOf100() throws Exception {
    write("long", 250);
    String token = Jobs.run(job(), "scope", "long").body().get("confirm_token").textValue();

    JsonNode done =
        Jobs.run(job(), "scope", "long", "apply", "true", "confirm-token", token).body();

    assertThat(done.get("ok").booleanValue()).isTrue();
    assertThat(nodes("long")).isZero();
    assertThat(kit.verifyChain("long").get("erased").intValue()).isEqualTo(250);
    assertThat(kit.verifyChain("long").get("valid").booleanValue()).isTrue();
  }

  @Test
  void aWriteAfterThePlanSpoilsTheToken() throws Exception {
    write("s", 2);
    String token = Jobs.run(job(), "scope", "s").body().get("confirm_token").textValue();
    kit.write("{'scope':'s','input_text':'later','nodes':[{'type':'entity','client_id':'later'}]}");

    assertThatThrownBy(() -> Jobs.run(job(), "scope", "s", "apply", "true", "confirm-token", token))
        .hasMessageContaining("plan again");
    assertThat(nodes("s")).isEqualTo(3);
  }

  @Test
  void aPurgeThatWasInterruptedGoesOnWithTheSameToken() throws Exception {
    write("s", 5);
    String token = Jobs.run(job(), "scope", "s").body().get("confirm_token").textValue();
    EraseRequest request =
        EraseRequest.read(
            EraseRequest.Kind.SCOPE,
            MemoryKit.json("{'scope':'s','actor':'job:scope-purge'}"),
            kit.settings);
    kit.database.transaction("open", tx -> new ErasureLedger(tx.connection()).open(request));
    kit.execute("delete from memory_nodes where client_id = 'n3'");

    JobResult done = Jobs.run(job(), "scope", "s", "apply", "true", "confirm-token", token);

    assertThat(done.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(nodes("s")).isZero();
  }

  @Test
  void aPurgeStopsWhenItIsAskedTo() throws Exception {
    write("s", 1);
    String token = Jobs.run(job(), "scope", "s").body().get("confirm_token").textValue();
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
            job()
                .run(
                    job()
                        .definition()
                        .check(Jobs.given("scope", "s", "apply", "true", "confirm-token", token)),
                    stopping))
        .isInstanceOf(CancellationException.class);
    assertThat(nodes("s")).isEqualTo(1);
  }

  @Test
  void theConfiguredScopeIsNeverPurgedAndAScopeMustBeNamed() {
    assertThatThrownBy(() -> Jobs.run(job(), "scope", "default"))
        .hasMessageContaining("is the configured one");
    assertThatThrownBy(() -> Jobs.run(job())).hasMessage("scope is required");
    assertThatThrownBy(() -> Jobs.run(job(), "scope", "s", "apply", "true"))
        .hasMessage("confirm-token is required");
  }
}
