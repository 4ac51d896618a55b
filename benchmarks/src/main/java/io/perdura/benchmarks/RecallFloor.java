package io.perdura.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/**
 * Floor (a) of a recall: the pinned statement over plain JDBC, every value of every row fetched.
 */
final class RecallFloor implements Work {
  private final Connection connection;
  private final PreparedStatement statement;
  private final Queries queries;
  private final String scopeKey;
  private final int columns;

  RecallFloor(SqlFile sql, DatabaseAddress database, Queries queries, String scopeKey)
      throws SQLException, IOException {
    this.queries = queries;
    this.scopeKey = scopeKey;
    this.connection = sql.connect(database);
    this.statement = connection.prepareStatement(sql.read("recall"));
    this.columns = statement.getMetaData().getColumnCount();
  }

  @Override
  public void call(long i) throws SQLException {
    statement.setObject(1, queries.vector(i));
    statement.setString(2, scopeKey);
    statement.setNull(3, Types.VARCHAR);
    statement.setNull(4, Types.VARCHAR);
    int values = 0;
    try (ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        for (int column = 1; column <= columns; column++) {
          values += found.getObject(column) == null ? 0 : 1;
        }
      }
    }
    if (values == 0) {
      throw new IllegalStateException("the floor's recall found nothing in scope " + scopeKey);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
