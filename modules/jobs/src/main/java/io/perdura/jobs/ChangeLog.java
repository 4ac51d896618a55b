package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;

/** Where an administrator's change is written down, in the transaction of the change. */
@FunctionalInterface
public interface ChangeLog {
  /** Nobody asks: changes that the service makes itself. */
  ChangeLog NONE = (connection, action, type, id, details) -> {};

  /**
   * Adds a change.
   *
   * @param action such as {@code job.run}
   * @param type what was changed
   */
  void record(Connection connection, String action, String type, String id, JsonNode details)
      throws SQLException;
}
