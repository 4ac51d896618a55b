package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagedKeysTest extends DatabaseSuite {
  private static final String KEY = "ak_live_abcdefghijklmnopqrstuvwxyz012345";
  private static final long PROMISE_MS = 2_000;

  private ManagedKeys keys;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void oneKey() throws SQLException {
    sql("truncate control_tenants cascade");
    sql("insert into control_tenants (tenant_id) values ('acme')");
    sql(
        "insert into control_api_keys (id, tenant_id, agent_id, team_id, role, key_hash, key_prefix) values"
            + " ('k', 'acme', 'planner', 'ops', 'member', '"
            + Hashes.sha256Hex(KEY)
            + "', 'ak_live_abcdef')");
    keys = new ManagedKeys(new Database(dataSource()));
  }

  @Test
  void aKeyNamesItsPrincipalAndItsPrefix() {
    Principal principal = keys.find(KEY).orElseThrow();
    assertThat(principal)
        .isEqualTo(
            new Principal(
                "acme",
                "planner",
                "ops",
                "member",
                Hashes.sha256Hex(KEY).substring(0, 16),
                "ak_live_abcdef"));
    assertThat(keys.find(KEY + "x")).isEmpty();
    assertThat(keys.find(Hashes.sha256Hex(KEY))).isEmpty();
  }

  @Test
  void aRememberedKeyIsNotReadAgainWhileNothingWasTakenAway() throws SQLException {
    keys.find(KEY);
    // Changed behind the triggers' back: only a new look would tell.
    sql("update control_api_keys set key_hash = 'other'");
    keys.poll();
    assertThat(keys.find(KEY)).isPresent();
  }

  @Test
  void whatTakesARightAwayCountsWithTheNextLookAtTheEpoch() throws SQLException {
    for (String loss :
        new String[] {
          "update control_api_keys set status = 'revoked'",
          "update control_api_keys set expires_at = now()",
          "update control_tenants set status = 'suspended'",
          "delete from control_api_keys",
        }) {
      oneKey();
      assertThat(keys.find(KEY)).as(loss).isPresent();
      sql(loss);
      keys.poll();
      assertThat(keys.find(KEY)).as(loss).isEmpty();
    }
  }

  @Test
  void aRevokedKeyIsRefusedInTimeOnAServerThatDidNotRevokeIt() throws Exception {
    try (ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor()) {
      keys.start(executor);
      assertThat(keys.find(KEY)).isPresent();
      sql("update control_api_keys set status = 'revoked'");
      assertThat(refusedAfterMs()).isLessThan(PROMISE_MS);
      keys.stop();
    }
  }

  @Test
  void withoutNewsOfTheEpochNothingIsTrustedForLong() throws Exception {
    assertThat(keys.find(KEY)).isPresent();
    sql("update control_api_keys set status = 'revoked'");
    assertThat(refusedAfterMs()).isLessThan(PROMISE_MS);
  }

  @Test
  void aKeyEndsAtItsExpiryWhileItIsRemembered() throws Exception {
    sql("update control_api_keys set expires_at = now() + interval '700 ms'");
    assertThat(keys.find(KEY)).isPresent();
    assertThat(refusedAfterMs()).isBetween(300L, 1_400L);
  }

  @Test
  void useIsNotedAtMostOnceAMinute() throws SQLException {
    assertThat(text("select last_used_at::text from control_api_keys")).isNull();
    keys.find(KEY);
    keys.noteUse();
    String first = text("select last_used_at::text from control_api_keys");
    assertThat(first).isNotNull();
    keys.find(KEY);
    keys.noteUse();
    assertThat(text("select last_used_at::text from control_api_keys")).isEqualTo(first);
    assertThat(text("select version::text from control_api_keys")).isEqualTo("1");
  }

  @Test
  void aDatabaseOfAnOlderSchemaHasNoManagedKeys() {
    try (TestDatabase empty = TestDatabase.empty()) {
      assertThat(new ManagedKeys(new Database(empty.dataSource())).find(KEY)).isEmpty();
    }
  }

  private long refusedAfterMs() throws InterruptedException {
    long start = System.nanoTime();
    while (keys.find(KEY).isPresent()) {
      Thread.sleep(10);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  private String text(String query) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private void sql(String text) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
