package io.perdura.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.VouchedChange;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is done to the trail is found, at the place where it was done. */
@Timeout(60)
class VerifyTest extends DatabaseSuite {
  private TrailKit kit;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void someChains() throws SQLException {
    kit = new TrailKit(dataSource());
    kit.empty();
    kit.linked(TrailKit.ACME, 9);
    kit.linked(Chains.CONTROL, 4);
  }

  @Test
  void anUntouchedTrailIsWell() throws SQLException {
    JsonNode report = kit.verify();
    assertThat(report.get("ok").asBoolean()).isTrue();
    assertThat(report.get("chains").asInt()).isEqualTo(2);
    assertThat(report.get("rows").asInt()).isEqualTo(13);
    assertThat(report.get("first_broken").isNull()).isTrue();
  }

  @Test
  void anAlteredEntryIsFoundAtItsRow() throws SQLException {
    kit.sql(
        "update audit_chain set entry = replace(entry, 'call 5', 'call x') where chain = 'tenant/acme' and seq = 5");
    assertBroken(5, "row_changed");
  }

  @Test
  void anAlteredTimeIsFoundAtItsRow() throws SQLException {
    kit.sql(
        "update audit_chain set recorded_at = recorded_at - interval '1 hour' where chain = 'tenant/acme' and seq = 6");
    assertBroken(6, "row_changed");
  }

  @Test
  void anEntryThatWasAlteredTogetherWithItsHashBreaksTheNextLink() throws SQLException {
    kit.sql(
        """
        update audit_chain set entry = replace(entry, 'call 5', 'call x'),
          hash = sha256(convert_to(encode(prev_hash, 'hex') || E'\\n' || chain || E'\\n' || seq || E'\\n'
            || (extract(epoch from recorded_at) * 1000000)::bigint || E'\\n' || replace(entry, 'call 5', 'call x'), 'UTF8'))
         where chain = 'tenant/acme' and seq = 5
        """);
    assertBroken(6, "link_broken");
  }

  @Test
  void aDeletedRowIsMissedAtItsNumber() throws SQLException {
    kit.sql("delete from audit_chain where chain = 'tenant/acme' and seq = 4");
    assertBroken(4, "row_missing");
  }

  @Test
  void aDeletedFirstRowIsMissed() throws SQLException {
    kit.sql("delete from audit_chain where chain = 'tenant/acme' and seq = 1");
    assertBroken(1, "row_missing");
  }

  @Test
  void deletedLastRowsAreMissed() throws SQLException {
    kit.sql("delete from audit_chain where chain = 'tenant/acme' and seq > 7");
    assertBroken(8, "row_missing");
  }

  @Test
  void aWholeChainCannotDisappearWithoutItsEnds() throws SQLException {
    kit.sql("delete from audit_chain where chain = 'tenant/acme'");
    assertBroken(1, "row_missing");
    kit.empty();
    kit.linked(TrailKit.ACME, 3);
    kit.sql("delete from audit_chains where chain = 'tenant/acme'");
    assertBroken(3, "head_changed");
  }

  @Test
  void exchangedRowsAreFoundAtTheFirstOfThem() throws SQLException {
    kit.sql(
        "update audit_chain set seq = -seq where chain = 'tenant/acme' and seq in (3, 7)",
        "update audit_chain set seq = 10 + seq where chain = 'tenant/acme' and seq < 0");
    assertBroken(3, "row_changed");
  }

  @Test
  void anExchangedCallerIsFoundAndAnErasedOneIsNone() throws SQLException {
    kit.sql(
        "update audit_chain set personal = null where chain = 'tenant/acme' and seq in (1, 2, 8)");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    kit.sql(
        "update audit_chain set personal = replace(personal, '10.0.0.1', '10.0.0.2') where chain = 'tenant/acme' and seq = 5");
    assertBroken(5, "personal_changed");
  }

  @Test
  void oneChainCanBeVerifiedAlone() throws SQLException {
    kit.sql("update audit_chain set entry = '{}' where chain = 'control' and seq = 2");
    assertThat(kit.verify(TrailKit.ACME).get("ok").asBoolean()).isTrue();
    assertThat(kit.verify(Chains.CONTROL).at("/first_broken/seq").asInt()).isEqualTo(2);
    assertThat(kit.verify(null).at("/first_broken/chain").asText()).isEqualTo("control");
  }

  @Test
  void rowsThatWaitAreReportedAndStuckOnesAreAFault() throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "waits"));
      TrailKit.commit(connection, TrailKit.row(Chains.CONTROL, "waits"));
    }
    assertThat(kit.verify().at("/unlinked/rows").asInt()).isEqualTo(2);
    assertThat(kit.verify(TrailKit.ACME).at("/unlinked/rows").asInt()).isEqualTo(1);
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    kit.sql("update audit_inbox set recorded_at = now() - interval '2 minutes'");
    JsonNode report = kit.verify();
    assertThat(report.get("ok").asBoolean()).isFalse();
    assertThat(report.at("/unlinked/stuck").asBoolean()).isTrue();
    assertThat(report.at("/unlinked/oldest_seconds").asDouble()).isGreaterThan(100);
  }

  @Test
  void aChangeOfTheControlPlaneThatWasAlteredLaterIsFoundAtTheRowThatVouchesForIt()
      throws SQLException {
    String id = UUID.randomUUID().toString();
    ObjectNode event = Jsons.object().put("event_id", id).put("actor", "admin_token");
    event.put("action", "tenant.upsert").put("resource_type", "tenant").put("resource_id", "acme");
    event.put("tenant_id", "acme").put("request_id", "r").putObject("details").put("n", 1.0);
    CallFacts facts =
        new CallFacts(
            UUID.randomUUID(),
            Chains.CONTROL,
            Instant.now(),
            "POST /x",
            200,
            1,
            null,
            List.of(VouchedChange.of(event).text()));
    EntryText text = EntryText.of(facts, TrailKit.caller());
    kit.sql(
        "insert into control_audit_events (event_id, actor, action, resource_type, resource_id, tenant_id, request_id, details)"
            + " values ('"
            + id
            + "', 'admin_token', 'tenant.upsert', 'tenant', 'acme', 'acme', 'r', '{\"n\": 1.0}')");
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(
          connection,
          new AuditRow(Chains.CONTROL, text.key(), text.committed("n~1", 0), text.personal()));
    }
    new Sequencer(kit.database, "x").run();
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    kit.sql("update control_audit_events set details = '{\"erased\": true}'");
    assertThat(kit.verify().at("/first_broken/fault").asText())
        .as("details without an erasure in the ledger")
        .isEqualTo("change_altered");
    kit.sql(
        "insert into erasure_ledger (tenant_id, kind, target, actor, completed_at)"
            + " values ('acme', 'tenant', 'acme', 'admin', now())");
    assertThat(kit.verify().get("ok").asBoolean()).as("details that an erasure took").isTrue();
    kit.sql("update control_audit_events set action = 'tenant.none' where event_id = '" + id + "'");
    assertThat(kit.verify().at("/first_broken/fault").asText()).isEqualTo("change_altered");
    kit.sql("delete from control_audit_events where event_id = '" + id + "'");
    assertThat(kit.verify().at("/first_broken/seq").asInt()).isEqualTo(5);
  }

  @Test
  void anExportVerifiesWithoutTheDatabaseAndShowsWhatWasDoneToIt() throws Exception {
    StringWriter out = new StringWriter();
    try (Connection connection = dataSource().getConnection()) {
      assertThat(AuditExport.write(connection, null, out)).isEqualTo(13);
    }
    String export = out.toString();
    assertThat(offline(export).get("ok").asBoolean()).isTrue();
    assertThat(offline(export).get("rows").asInt()).isEqualTo(13);

    JsonNode changed = offline(export.replace("call 5", "call x"));
    assertThat(changed.at("/first_broken/chain").asText()).isEqualTo("tenant/acme");
    assertThat(changed.at("/first_broken/seq").asInt()).isEqualTo(5);
    List<String> lines = export.lines().toList();
    String cut = String.join("\n", lines.subList(0, lines.size() - 1));
    assertThat(offline(cut).get("ok").asBoolean()).isFalse();
    StringBuilder without = new StringBuilder();
    lines.stream().filter(line -> !line.contains("call 7")).forEach(l -> without.append(l + "\n"));
    assertThat(offline(without.toString()).at("/first_broken/seq").asInt()).isEqualTo(7);
  }

  private static JsonNode offline(String export) throws Exception {
    return AuditExport.verify(new BufferedReader(new StringReader(export)));
  }

  private void assertBroken(int seq, String fault) throws SQLException {
    JsonNode report = kit.verify();
    assertThat(report.get("ok").asBoolean()).isFalse();
    JsonNode first = report.get("first_broken");
    assertThat(first.get("chain").asText()).isEqualTo("tenant/acme");
    assertThat(first.get("seq").asInt()).isEqualTo(seq);
    assertThat(first.get("fault").asText()).isEqualTo(fault);
  }
}
