package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.NODE;
import static io.perdura.memory.EraseRequest.Kind.SCOPE;
import static io.perdura.memory.EraseRequest.Kind.SESSION;
import static io.perdura.memory.EraseRequest.Kind.TENANT;
import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Once;
import io.perdura.kernel.Tx;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What was erased stays erased: after a restore, after a crash, after a deadline. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErasureReplayTest {
  private TestDatabase server;
  private MemoryKit kit;
  private ErasureTraces traces;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource(), "PERDURA_ERASE_CHUNK", "2");
    traces = new ErasureTraces(kit);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @BeforeEach
  void empty() {
    traces.empty();
  }

  /** One thing of each kind, all with the same word, and a lamp that stays. */
  private void fill() {
    kit.write(
        "{'scope':'n','input_text':'1','memory_lane':'shared','nodes':["
            + "{'client_id':'a','type':'event','title':'Quicksilver','embedding':[1,0,0,0]},"
            + "{'client_id':'b','type':'event','title':'Lamp','text_summary':'Lamp'}]}");
    for (int i = 0; i < 4; i++) {
      kit.append(
          "{'scope':'q','session_id':'q','event_id':'%d','text_summary':'Quicksilver %d'}"
              .formatted(i, i));
      kit.write(
          "{'scope':'s','input_text':'%d','nodes':[{'client_id':'%d','type':'event','title':'Quicksilver'}]}"
              .formatted(i, i));
      kit.write(
          "{'tenant_id':'acme','scope':'s%d','input_text':'%d','nodes':[{'client_id':'x','type':'event','title':'Quicksilver'}]}"
              .formatted(i % 2, i));
    }
  }

  private void eraseAll() {
    kit.erase(NODE, "{'scope':'n','client_id':'a'}");
    kit.erase(SESSION, "{'scope':'q','session_id':'q'}");
    kit.erase(SCOPE, "{'scope':'s'}");
    kit.erase(TENANT, "{'tenant_id':'acme'}");
  }

  private void assertAllGone() {
    assertThat(traces.of("Quicksilver")).isEmpty();
    assertThat(traces.of("Lamp")).contains("memory_nodes", "memory_commits");
    for (String scope : new String[] {"n", "q", "s"}) {
      assertThat(kit.verifyChain(scope).get("valid").booleanValue()).as(scope).isTrue();
    }
    assertThat(kit.residue(NODE, "{'scope':'n','client_id':'a'}").get("clean").booleanValue())
        .isTrue();
    assertThat(kit.residue(SESSION, "{'scope':'q','session_id':'q'}").get("clean").booleanValue())
        .isTrue();
    assertThat(kit.residue(SCOPE, "{'scope':'s'}").get("clean").booleanValue()).isTrue();
    assertThat(kit.residue(TENANT, "{'tenant_id':'acme'}").get("clean").booleanValue()).isTrue();
    assertThat(
            kit.value(
                "select count(*) from erasure_ledger where completed_at is null or fence is not null"))
        .isEqualTo("0");
  }

  @Test
  void aRestoreIsFollowedByAReplayThatErasesAgain() {
    fill();
    traces.backUp(false);
    eraseAll();
    assertAllGone();

    traces.restore();
    assertThat(traces.of("Quicksilver")).isNotEmpty();

    assertThat(kit.erasures.replayLedger()).isZero();
    assertAllGone();
    String rows = traces.digest();
    assertThat(kit.erasures.replayLedger()).isZero();
    assertThat(traces.digest()).as("a second replay changes nothing").isEqualTo(rows);
  }

  @Test
  void aBackupOlderThanTheLedgerIsReplayedFromTheExportedOne() {
    fill();
    traces.backUp(true);
    eraseAll();
    JsonNode exported = kit.erasures.exportLedger();
    assertThat(exported).hasSize(4);
    assertThat(exported.toString()).doesNotContain("Quicksilver");

    traces.restore();
    assertThat(kit.count("erasure_ledger")).isZero();

    assertThat(kit.erasures.replayLedger(exported)).isZero();
    assertAllGone();
    assertThat(kit.erasures.replayLedger(exported)).isZero();
    assertThat(kit.count("erasure_ledger")).isEqualTo(4);
  }

  @Test
  void whatWasWrittenAfterAnErasureSurvivesItsReplay() {
    fill();
    eraseAll();
    kit.write(
        "{'scope':'s','input_text':'again','nodes':[{'client_id':'0','type':'event','title':'Phoenix'}]}");
    kit.write(
        "{'scope':'n','input_text':'again','nodes':[{'client_id':'a','type':'event','title':'Phoenix'}]}");
    kit.append("{'scope':'q','session_id':'q','event_id':'0','text_summary':'Phoenix'}");

    assertThat(kit.erasures.replayLedger()).isZero();

    assertThat(
            kit.value(
                "select count(*) from memory_nodes where coalesce(title, text_summary) = 'Phoenix'"))
        .isEqualTo("3");
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
  }

  @Test
  void aCrashAfterAnyStepIsFinishedLater() {
    boolean crashed = true;
    for (int steps = 0; crashed; steps++) {
      empty();
      fill();
      EraseService dying =
          EraseService.of(
              new MortalDatabase(server, steps), kit.settings, kit.generations, kit.consistency);
      crashed = false;
      for (EraseRequest request :
          new EraseRequest[] {
            EraseRequest.read(NODE, json("{'scope':'n','client_id':'a'}"), kit.settings),
            EraseRequest.read(SESSION, json("{'scope':'q','session_id':'q'}"), kit.settings),
            EraseRequest.read(SCOPE, json("{'scope':'s'}"), kit.settings),
            EraseRequest.read(TENANT, json("{'tenant_id':'acme'}"), kit.settings)
          }) {
        if (!crashed) {
          try {
            dying.erase(request, Once.UNKEYED);
          } catch (IllegalStateException e) {
            assertThat(e).hasMessage("power failure");
            crashed = true;
          }
        }
      }
      assertThat(kit.erasures.resume()).isZero();
      assertThat(kit.value("select count(*) from erasure_ledger where completed_at is null"))
          .as("after %d steps", steps)
          .isEqualTo("0");
      eraseAll();
      assertAllGone();
      steps += 6; // every seventh step is enough: the kinds share their steps
    }
  }

  @Test
  void aDeadlineStopsAnErasureAndTheSameRequestGoesOn() {
    fill();
    AtomicReference<JsonNode> last = new AtomicReference<>();
    int calls = 0;
    do {
      Deadline.run(
          Duration.ofMillis(950), () -> last.set(kit.erase(TENANT, "{'tenant_id':'acme'}")));
      assertThat(++calls).isLessThan(200);
    } while (!last.get().get("complete").booleanValue());

    JsonNode answer = last.get();
    assertThat(answer.at("/residue/clean").booleanValue()).isTrue();
    assertThat(kit.count("erasure_ledger")).isEqualTo(1);
    assertThat(answer.at("/removed/memory_nodes").intValue()).isEqualTo(2);
  }

  @Test
  void withoutAnyTimeNothingIsLostAndNoFenceStays() {
    fill();
    Deadline.run(
        Duration.ofMillis(1),
        () ->
            assertThat(kit.erase(SCOPE, "{'scope':'s'}").get("complete").booleanValue()).isFalse());
    assertThat(kit.value("select count(*) from erasure_ledger where fence is not null"))
        .isEqualTo("0");
    assertThat(kit.erasures.resume()).isZero();
    assertThat(kit.residue(SCOPE, "{'scope':'s'}").get("clean").booleanValue()).isTrue();
  }

  @Test
  void aPowerFailureIsNotMistakenForSuccess() {
    fill();
    EraseService dying =
        EraseService.of(
            new MortalDatabase(server, 4), kit.settings, kit.generations, kit.consistency);
    assertThatThrownBy(() ->
            dying.erase(
                EraseRequest.read(SCOPE, json("{'scope':'s'}"), kit.settings), Once.UNKEYED))
        .hasMessage("power failure");
    assertThat(kit.residue(SCOPE, "{'scope':'s'}").get("clean").booleanValue()).isFalse();
  }

  /** Dies after a number of transactions. */
  private static final class MortalDatabase extends Database {
    private int left;

    MortalDatabase(TestDatabase server, int transactions) {
      super(server.dataSource());
      this.left = transactions;
    }

    @Override
    public <T> T transaction(String name, Work<Tx, T> work) {
      if (left-- <= 0) {
        throw new IllegalStateException("power failure");
      }
      return super.transaction(name, work);
    }
  }
}
