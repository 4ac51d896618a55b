package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ControlTest extends DatabaseSuite {
  private static final Member API = new Member("a1", "api", "0.1.0", "host-a", 3001, "1");
  private static final Member WORKER = new Member("w1", "worker", "0.1.0", "host-b", null, "1");

  private Database database;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void empty() throws SQLException {
    database = new Database(dataSource());
    sql("truncate cluster_members, memory_request_telemetry, idempotency_keys");
  }

  @Test
  void membersAreListedWhileTheirHeartIsBeating() throws SQLException {
    Membership a = joined(API);
    joined(WORKER);
    a.draining(true);
    a.beat();

    JsonNode members = a.live().get("members");
    assertThat(members).hasSize(2);
    JsonNode first = members.get(0);
    assertThat(first.get("id").asText()).isEqualTo("a1");
    assertThat(first.get("http_port").asInt()).isEqualTo(3001);
    assertThat(first.get("state").asText()).isEqualTo("draining");
    assertThat(first.get("started_at").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(first.get("heartbeat_age_ms").asLong()).isBetween(0L, 5_000L);
    assertThat(members.get(1).get("http_port").isNull()).isTrue();

    sql("update cluster_members set heartbeat_at = now() - interval '7 s' where id = 'a1'");
    assertThat(a.live().get("members")).hasSize(1);
    a.beat();
    assertThat(a.live().get("members")).hasSize(2);
  }

  @Test
  void serversThatAnswerRequestsAreCounted() throws SQLException {
    Membership a = joined(API);
    joined(WORKER);
    a.beat();
    assertThat(a.count()).isEqualTo(1);
    joined(new Member("a2", "all", "0.1.0", "host-c", 3001, "1"));
    a.beat();
    assertThat(a.count()).isEqualTo(2);
    sql("update cluster_members set heartbeat_at = now() - interval '7 s' where id = 'a2'");
    a.beat();
    assertThat(a.count()).isEqualTo(1);
  }

  @Test
  void aRestartedMemberStartsANewLife() throws SQLException {
    joined(API);
    sql("update cluster_members set started_at = now() - interval '1 h'");
    Membership again = joined(API);
    assertThat(
            count("select count(*) from cluster_members where started_at > now() - interval '1 m'"))
        .isEqualTo(1);
    sql("update cluster_members set started_at = now() - interval '1 h'");
    again.beat();
    assertThat(
            count("select count(*) from cluster_members where started_at > now() - interval '1 m'"))
        .isZero();
  }

  @Test
  void aCleanStopRemovesTheRow() throws SQLException {
    try (ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor()) {
      Membership membership = new Membership(database);
      membership.join(API, executor);
      await("select count(*) from cluster_members", 1);
      membership.leave();
      membership.leave();
      assertThat(count("select count(*) from cluster_members")).isZero();
    }
  }

  @Test
  void aMissingDatabaseStopsNobody() {
    TestDatabase gone = TestDatabase.fresh();
    gone.close();
    Database away = new Database(gone.dataSource());
    RequestTelemetry telemetry = new RequestTelemetry(away);
    telemetry.add(sample("r1"));
    Membership membership = new Membership(away);
    assertThatCode(
            () -> {
              telemetry.flush();
              membership.beat();
            })
        .doesNotThrowAnyException();
    assertThat(telemetry.dropped()).isEqualTo(1);
  }

  @Test
  void samplesAreWrittenTogether() throws SQLException {
    RequestTelemetry telemetry = new RequestTelemetry(database);
    for (int i = 0; i < 2_500; i++) {
      telemetry.add(sample("r" + i));
    }
    telemetry.flush();
    assertThat(count("select count(distinct request_id) from memory_request_telemetry"))
        .isEqualTo(2_500);
    assertThat(
            count(
                "select count(*) from memory_request_telemetry where tenant_id = 'acme' and scope = 's'"
                    + " and endpoint = 'write' and status_code = 200 and latency_ms = 1.5"
                    + " and api_key_prefix is null and created_at > now() - interval '1 m'"))
        .isEqualTo(2_500);
  }

  @Test
  void aFullQueueLosesTheNewestSamples() {
    RequestTelemetry telemetry = new RequestTelemetry(database);
    for (int i = 0; i < 10_003; i++) {
      telemetry.add(sample("r" + i));
    }
    assertThat(telemetry.dropped()).isEqualTo(3);
  }

  @Test
  void theLastSamplesAreWrittenOnStop() throws SQLException {
    try (ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor()) {
      RequestTelemetry telemetry = new RequestTelemetry(database);
      telemetry.start(executor);
      telemetry.add(sample("r1"));
      telemetry.stop();
      assertThat(count("select count(*) from memory_request_telemetry")).isEqualTo(1);
    }
  }

  @Test
  void housekeepingRemovesWhatIsDueAndNothingElse() throws SQLException {
    sql(
        "insert into idempotency_keys select 't', 'p', 'r', i::text, 'h', null, now(),"
            + " now() + case when i <= 7000 then -1 else 1 end * interval '1 h' from generate_series(1, 7003) i");
    sql(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, created_at)"
            + " select 't', 's', 'write', 200, 1, now() - interval '3 h' * (25 - i) from generate_series(1, 24) i");
    sql(
        "insert into cluster_members (id, role, version, host, schema_version, heartbeat_at) values"
            + " ('old', 'api', '0', 'h', '1', now() - interval '25 h'), ('new', 'api', '0', 'h', '1', now())");

    Housekeeping housekeeping =
        new Housekeeping(
            database,
            Settings.of(
                Map.of(
                    "CONTROL_TELEMETRY_RETENTION_HOURS", "13",
                    "CONTROL_TELEMETRY_PURGE_BATCH_LIMIT", "5")),
            new AlertService(null, new Sealer(Settings.of(Map.of())), null));
    assertThat(housekeeping.run()).isEqualTo(7_000 + 20 + 1);
    assertThat(count("select count(*) from idempotency_keys")).isEqualTo(3);
    assertThat(count("select count(*) from memory_request_telemetry")).isEqualTo(4);
    assertThat(count("select count(*) from cluster_members")).isEqualTo(1);
    assertThat(housekeeping.run()).isZero();
  }

  @Test
  void productionNeverMigratesByItself() {
    Settings settings = Settings.of(Map.of("APP_ENV", "prod", "PERDURA_MIGRATE_ON_START", "true"));
    assertThat(settings.faults(List.of(new ControlSettings())))
        .singleElement()
        .asString()
        .startsWith("PERDURA_MIGRATE_ON_START: must be false in production");
  }

  private Membership joined(Member member) throws SQLException {
    Membership membership = new Membership(database);
    try (ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor()) {
      membership.join(member, executor);
      await(
          "select count(*) from cluster_members where heartbeat_at > now() - interval '1 s' and id = '"
              + member.id()
              + "'",
          1);
    }
    return membership;
  }

  private void await(String query, int expected) throws SQLException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (count(query) != expected) {
      assertThat(System.nanoTime()).as("waited in vain for: " + query).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private int count(String query) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getInt(1);
    }
  }

  private void sql(String text) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  private static RequestSample sample(String requestId) {
    return new RequestSample("acme", "s", "write", 200, 1.5, requestId, null);
  }
}
