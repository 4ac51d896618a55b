package io.perdura.memory;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import java.sql.SQLException;

/** Statements that failed because of what the caller sent. */
final class SqlFaults {
  private SqlFaults() {}

  /**
   * The store cannot hold or compare a value (SQLState classes 22 and 54): the caller's 400, not
   * our 500.
   */
  static ApiException refused(SQLException e) {
    ApiException refusal =
        ApiException.badRequest(
            "value_not_storable",
            "a value is too long, too large or not text that the store can hold",
            Jsons.object().put("sql_state", e.getSQLState()));
    refusal.initCause(e);
    return refusal;
  }
}
