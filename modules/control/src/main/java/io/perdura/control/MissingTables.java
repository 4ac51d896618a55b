package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.function.Supplier;

/**
 * What is answered while a database has no tables of the control plane yet (policy-control, section
 * 8.10): lists are empty, reports say so.
 */
final class MissingTables {
  private static final String NO_SUCH_TABLE = "42P01";

  private MissingTables() {}

  static JsonNode orElse(Supplier<JsonNode> work, Supplier<JsonNode> without) {
    try {
      return work.get();
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof SQLException sql && NO_SUCH_TABLE.equals(sql.getSQLState())) {
        return without.get();
      }
      throw e;
    }
  }
}
