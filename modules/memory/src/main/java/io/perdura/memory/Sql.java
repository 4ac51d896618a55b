package io.perdura.memory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.UUID;

/** Small things around statements. */
final class Sql {
  private Sql() {}

  private static final String BY_INDEX =
      """
      select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true)
      """;

  /**
   * Makes the rest of the transaction's statements be planned row by row along indexes. For
   * statements that join given ids with large tables: a plan that was made while the tables were
   * empty, and is kept, would read all of them later.
   */
  static void planByIndex(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BY_INDEX)) {
      select.execute();
    }
  }

  /**
   * Returns {@code sql} with the same in front of it, in one round trip; {@link #rows} runs it. The
   * switches hold until the end of the transaction.
   */
  static String plannedByIndex(String sql) {
    return BY_INDEX + ";" + sql;
  }

  /** Runs what {@link #plannedByIndex} made and returns its rows. */
  static ResultSet rows(PreparedStatement statement) throws SQLException {
    statement.execute();
    statement.getMoreResults();
    return statement.getResultSet();
  }

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
