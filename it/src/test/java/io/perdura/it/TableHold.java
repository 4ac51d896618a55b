package io.perdura.it;

import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Keeps whoever touches a table waiting. */
final class TableHold implements AutoCloseable {
  private final Connection connection;

  TableHold(TestDatabase database, String table) throws SQLException {
    connection = database.dataSource().getConnection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("lock table " + table + " in access exclusive mode");
    }
  }

  int waiters() {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from pg_locks where not granted and locktype = 'relation'")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  void awaitWaiter() {
    Poll.until("a request waits for the table", Duration.ofSeconds(10), () -> waiters() > 0);
  }

  void letGo() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
