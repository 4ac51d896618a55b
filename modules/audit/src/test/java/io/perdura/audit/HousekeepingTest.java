package io.perdura.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Settings;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is taken from the trail on purpose leaves a trail that verifies. */
@Timeout(60)
class HousekeepingTest extends DatabaseSuite {
  @TempDir Path state;
  private TrailKit kit;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void empty() throws SQLException {
    kit = new TrailKit(dataSource());
    kit.empty();
    kit.sql("truncate erasure_ledger");
  }

  @Test
  void oldRowsGoAndTheRestStillVerifies() throws SQLException {
    old(TrailKit.ACME, 7_000);
    kit.linked(TrailKit.ACME, 5);
    kit.linked(Chains.CONTROL, 3);
    housekeeping(30).run();
    assertThat(kit.count("audit_chain where chain = 'tenant/acme'")).isEqualTo(5);
    assertThat(kit.count("audit_chain where chain = 'control'")).isEqualTo(3);
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();

    kit.sql("delete from audit_chain where chain = 'tenant/acme' and seq = 7001");
    JsonNode report = kit.verify();
    assertThat(report.at("/first_broken/seq").asInt()).as("the first kept row").isEqualTo(7001);
    assertThat(report.at("/first_broken/fault").asText()).isEqualTo("row_missing");
  }

  @Test
  void aChainThatIsOldAltogetherGoesOnWhereItEnded() throws SQLException {
    old(TrailKit.ACME, 4);
    housekeeping(30).run();
    assertThat(kit.count("audit_chain")).isZero();
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    kit.linked(TrailKit.ACME, 2);
    assertThat(kit.texts("select seq from audit_chain order by seq")).containsExactly("5", "6");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    // And it can be pruned again.
    kit.sql("update audit_chains set oldest_at = now() - interval '40 days'");
    housekeeping(30).run();
    assertThat(kit.count("audit_chain")).isEqualTo(2);
  }

  @Test
  void forEverMeansForEver() throws SQLException {
    old(TrailKit.ACME, 4);
    housekeeping(0).run();
    assertThat(kit.count("audit_chain")).isEqualTo(4);
  }

  @Test
  void prunedRowsOfASpoolAreNoGap() throws Exception {
    AuditTrail trail = TrailKit.trail(kit.database, state, Map.of());
    trail.open("n");
    for (int i = 0; i < 10; i++) {
      trail.spool(TrailKit.call(TrailKit.ACME, "old"), TrailKit.caller());
    }
    trail.carry();
    kit.sql("update audit_inbox set recorded_at = now() - interval '40 days'");
    trail.link();
    for (int i = 0; i < 5; i++) {
      trail.spool(TrailKit.call(TrailKit.ACME, "new"), TrailKit.caller());
    }
    trail.carry();
    trail.link();
    housekeeping(30).run();
    assertThat(kit.count("audit_chain")).isEqualTo(5);
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void theErasureOfATenantTakesItsCallersAndTheChainStillVerifies() throws SQLException {
    kit.linked(TrailKit.ACME, 5);
    kit.linked(Chains.tenant("globex"), 2);
    kit.sql(
        "insert into erasure_ledger (tenant_id, kind, target, actor, requested_at, completed_at)"
            + " values ('acme', 'tenant', 'acme', 'admin', clock_timestamp(), clock_timestamp())");
    kit.linked(TrailKit.ACME, 1);
    housekeeping(30).run();
    assertThat(kit.texts("select seq from audit_chain where personal is null order by seq"))
        .as("what came after the erasure stays")
        .containsExactly("1", "2", "3", "4", "5");
    assertThat(kit.count("audit_chain where chain = 'tenant/globex' and personal is null"))
        .isZero();
    assertThat(kit.texts("select entry from audit_chain").toString())
        .doesNotContain("planner")
        .doesNotContain("10.0.0.1")
        .doesNotContain("r-1");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  private void old(String chain, int count) throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      for (int i = 1; i <= count; i++) {
        TrailKit.commit(connection, TrailKit.row(chain, "old " + i));
      }
    }
    kit.sql("update audit_inbox set recorded_at = now() - interval '40 days'");
    Sequencer sequencer = new Sequencer(kit.database, "old");
    sequencer.run();
    sequencer.stop();
  }

  private AuditHousekeeping housekeeping(int days) {
    return new AuditHousekeeping(
        kit.database, Settings.of(Map.of("PERDURA_AUDIT_RETENTION_DAYS", Integer.toString(days))));
  }
}
