package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConnectionBudgetTest {
  private static TestDatabase database;
  private final List<String> refusals = new ArrayList<>();

  @BeforeAll
  static void open() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Test
  void aPoolThatFitsIsAdmitted() throws SQLException {
    assertThat(admits(budget("prod", 5, 0))).isTrue();
    assertThat(refusals).isEmpty();
  }

  @Test
  void productionRefusesMoreThanTheDatabaseGrants() throws SQLException {
    ConnectionBudget budget = budget("prod", 200, 100);
    assertThat(admits(budget)).isFalse();
    assertThat(admits(budget)).isFalse();
    assertThat(refusals)
        .containsExactly(
            "DB_POOL_MAX: 1 servers may take 200 connections together, the database grants 100");
  }

  @Test
  void otherServersCountAndThisOneOnlyOnce() throws SQLException {
    execute(
        "insert into cluster_members (id, role, version, host, schema_version, state) values"
            + " ('me', 'api', '1', 'h', '1', 'up'), ('b', 'api', '1', 'h', '1', 'up'), ('c', 'worker', '1', 'h', '1', 'up')");
    try {
      assertThat(admits(budget("prod", 10, 30))).isTrue();
      assertThat(admits(budget("prod", 10, 29))).isFalse();
      assertThat(refusals).singleElement().asString().contains("3 servers may take 30");
    } finally {
      execute("delete from cluster_members");
    }
  }

  @Test
  void aLimitOfTheDatabaseCountsWithoutAnyBeingConfigured() throws SQLException {
    execute("alter database \"" + database.name() + "\" connection limit 7");
    try {
      assertThat(admits(budget("prod", 8, 0))).isFalse();
      assertThat(admits(budget("prod", 7, 0))).isTrue();
    } finally {
      execute("alter database \"" + database.name() + "\" connection limit -1");
    }
  }

  @Test
  void aServerThatServesIsNotStoppedWhenTheClusterGrows() throws SQLException {
    ConnectionBudget budget = budget("prod", 10, 10);
    assertThat(admits(budget)).isTrue();
    execute(
        "insert into cluster_members (id, role, version, host, schema_version, state) values ('b', 'api', '1', 'h', '1', 'up')");
    try {
      assertThat(admits(budget)).isTrue();
      assertThat(refusals).isEmpty();
    } finally {
      execute("delete from cluster_members");
    }
  }

  @Test
  void outsideProductionItIsAWarning() throws SQLException {
    assertThat(admits(budget("dev", 200, 10))).isTrue();
  }

  private ConnectionBudget budget(String env, int pool, int limit) {
    Map<String, String> settings = new HashMap<>();
    settings.put("APP_ENV", env);
    settings.put("DB_POOL_MAX", Integer.toString(pool));
    settings.put("PERDURA_DB_CONNECTION_LIMIT", Integer.toString(limit));
    return new ConnectionBudget(Settings.of(settings), () -> "me", refusals::add);
  }

  private static boolean admits(ConnectionBudget budget) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return budget.admits(connection);
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
