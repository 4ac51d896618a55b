package io.perdura.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TestDatabaseTest {

  @Test
  void anEmptyDatabaseRunsOnPostgresql17InUtcAndUtf8() throws SQLException {
    try (TestDatabase database = TestDatabase.empty()) {
      assertThat(one(database, "show server_version")).startsWith("17.");
      assertThat(one(database, "show timezone")).isEqualTo("UTC");
      assertThat(one(database, "show server_encoding")).isEqualTo("UTF8");
      assertThat(one(database, "select lower('ÄÖ')")).isEqualTo("äö");
    }
  }

  @Test
  void theServerListensOnLoopbackAloneAndNeverAsRoot() throws SQLException {
    try (TestDatabase database = TestDatabase.empty()) {
      assertThat(one(database, "show listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(one(database, "show data_directory")).contains("perdura-test-pg-");
    }
  }

  @Test
  void aFreshDatabaseIsMigratedAndSeesNothingOfItsSibling() throws SQLException {
    try (TestDatabase one = TestDatabase.fresh();
        TestDatabase other = TestDatabase.fresh()) {
      assertThat(one(one, "select to_regclass('memory_nodes') is not null")).isEqualTo("t");
      execute(one, "create table only_here (a int)");
      assertThat(one(other, "select to_regclass('only_here') is null")).isEqualTo("t");
    }
  }

  @Test
  void closingDropsTheDatabaseWhoeverIsConnected() throws SQLException {
    TestDatabase database = TestDatabase.empty();
    try (Connection lingering = database.dataSource().getConnection()) {
      database.close();
      assertThat(lingering.isValid(2)).isFalse();
    }
    assertThatThrownBy(() -> database.dataSource().getConnection())
        .isInstanceOf(SQLException.class)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("3D000");
  }

  @Test
  void anOfferedServerHasPgvector() throws SQLException {
    try (TestDatabase database = TestDatabase.pgvector()) {
      assertThat(one(database, "select extname from pg_extension where extname = 'vector'"))
          .isEqualTo("vector");
    }
  }

  private static String one(TestDatabase database, String query) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
