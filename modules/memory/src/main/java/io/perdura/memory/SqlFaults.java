package io.perdura.memory;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import java.sql.SQLException;

/** Statements that failed because of what the caller sent. */
final class SqlFaults {
  private SqlFaults() {}

  /** Returns {@code e}, or throws the refusal when the caller's values are to blame. */
  static SQLException translate(SQLException e) {
    String state = e.getSQLState();
    if (state != null && (state.startsWith("22") || state.equals("54000"))) {
      throw refused(e);
    }
    return e;
  }

  /**
   * The store cannot hold or compare a value (SQLState classes 22 and 54): the caller's 400, not
   * our 500.
   */
  private static ApiException refused(SQLException e) {
    ApiException refusal =
        ApiException.badRequest(
            "value_not_storable",
            "a value is too long, too large or not text that the store can hold",
            Jsons.object().put("sql_state", e.getSQLState()));
    refusal.initCause(e);
    return refusal;
  }
}
