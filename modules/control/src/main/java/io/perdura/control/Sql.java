package io.perdura.control;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/** Parameters of hand-written statements. */
final class Sql {
  private Sql() {}

  /** An array of texts, null for null. */
  static Array texts(Connection connection, Collection<String> texts) throws SQLException {
    return texts == null ? null : connection.createArrayOf("text", texts.toArray());
  }
}
