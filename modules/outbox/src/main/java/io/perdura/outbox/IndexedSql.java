package io.perdura.outbox;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Statements that must go through the outbox's indexes whatever the planner believes.
 *
 * <p>A queue's table is empty at one moment and holds a million rows at the next, and a plan that
 * was made over the empty one and kept reads the whole table with each claim. So these statements
 * are written so that an index can find each row, and planned with the other ways switched off. The
 * switches travel with the statement, in the same round trip, and end with its transaction.
 */
final class IndexedSql {
  private static final String SWITCHES =
      """
      set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off;
      """;

  private IndexedSql() {}

  /** Returns the text to prepare for {@code sql}; run it with one of the methods below. */
  static String of(String sql) {
    return SWITCHES + sql;
  }

  /** Runs a statement that answers rows. */
  static ResultSet query(PreparedStatement statement) throws SQLException {
    boolean rows = statement.execute();
    while (!rows && statement.getUpdateCount() >= 0) {
      rows = statement.getMoreResults();
    }
    return statement.getResultSet();
  }

  /** Runs a statement that changes rows and returns how many. */
  static int update(PreparedStatement statement) throws SQLException {
    statement.execute();
    int changed = 0;
    for (int count = statement.getUpdateCount(); count >= 0; count = statement.getUpdateCount()) {
      changed = count;
      statement.getMoreResults();
    }
    return changed;
  }
}
