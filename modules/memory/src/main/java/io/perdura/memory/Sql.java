package io.perdura.memory;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.UUID;

/** Binding of values that JDBC has no short way for. */
final class Sql {
  private Sql() {}

  /** Binds a UUID for a {@code ?::uuid} parameter; null is SQL null. */
  static void setUuid(PreparedStatement statement, int index, UUID id) throws SQLException {
    if (id == null) {
      statement.setNull(index, Types.OTHER);
    } else {
      statement.setObject(index, id);
    }
  }

  /** Returns the text of a {@code ?::uuid[]} parameter. */
  static String array(Collection<UUID> ids) {
    StringBuilder out = new StringBuilder(ids.size() * 37 + 2).append('{');
    for (UUID id : ids) {
      if (out.length() > 1) {
        out.append(',');
      }
      out.append(id);
    }
    return out.append('}').toString();
  }
}
