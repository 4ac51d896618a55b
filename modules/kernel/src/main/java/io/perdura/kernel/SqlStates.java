package io.perdura.kernel;

import java.sql.SQLException;

/** What a PostgreSQL SQLState means for us. Errors are judged by state, never by message. */
public final class SqlStates {
  private SqlStates() {}

  /**
   * True when the same work may succeed on another connection: lost link, moved or starting
   * primary, lost lock race.
   */
  public static boolean isTransient(SQLException e) {
    String state = e.getSQLState();
    if (state == null) {
      return e instanceof java.sql.SQLTransientException
          || e instanceof java.sql.SQLRecoverableException;
    }
    return state.startsWith("08")
        || state.startsWith("57P0")
        || state.equals("25006")
        || state.equals("40001")
        || state.equals("40P01")
        || state.equals("53300");
  }

  /**
   * True when the connection is gone, so that a COMMIT that was sent may or may not have happened.
   */
  public static boolean isConnectionLoss(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.startsWith("08") || state.startsWith("57P0");
  }

  /** True when a time limit or a lock wait limit ended the statement. */
  public static boolean isTimeout(SQLException e) {
    return "57014".equals(e.getSQLState()) || "55P03".equals(e.getSQLState());
  }

  public static boolean isUniqueViolation(SQLException e) {
    return "23505".equals(e.getSQLState());
  }
}
