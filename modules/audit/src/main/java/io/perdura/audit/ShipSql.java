package io.perdura.audit;

import io.perdura.kernel.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.function.Function;

/** Statements of shipping; each may run twice. */
final class ShipSql {
  private static final String OPEN =
      """
      with made as (insert into audit_spools (stream, node) values (?, ?) on conflict do nothing)
      select coalesce((select shipped from audit_spools where stream = ?), 0)
      """;

  /**
   * Moves the mark and stores the rows in one step, so that rows behind the mark are never stored
   * again.
   */
  private static final String SHIP =
      """
      with moved as (
        update audit_spools set shipped = ?, damaged = damaged + ?, seen_at = now() where stream = ? and shipped = ?
        returning 1)
      insert into audit_inbox (chain, entry, personal)
      select r.chain, r.entry, r.personal
        from moved, unnest(?::text[], ?::text[], ?::text[]) with ordinality as r(chain, entry, personal, ord)
       order by r.ord
      """;

  private static final String SEEN = "update audit_spools set seen_at = now() where stream = ?";

  private static final String CLOSE =
      "update audit_spools set closed_at = now(), seen_at = now(), damaged = damaged + ? where stream = ?";

  private final Database database;

  ShipSql(Database database) {
    this.database = database;
  }

  /** Makes a stream known; returns up to which row it has arrived. */
  long open(String stream, String node) {
    return database.statement(
        "open audit spool",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
            statement.setString(1, stream);
            statement.setString(2, node);
            statement.setString(3, stream);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getLong(1);
            }
          }
        });
  }

  /**
   * Stores rows that follow {@code shipped}.
   *
   * @return false when the mark was not where we thought, and nothing was stored
   */
  boolean ship(String stream, long shipped, List<SpoolLine> rows, int damaged) {
    return database.statement(
        "ship audit rows",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(SHIP)) {
            statement.setLong(1, rows.getLast().seq());
            statement.setInt(2, damaged);
            statement.setString(3, stream);
            statement.setLong(4, shipped);
            statement.setArray(5, connection.createArrayOf("text", texts(rows, SpoolLine::chain)));
            statement.setArray(6, connection.createArrayOf("text", texts(rows, SpoolLine::entry)));
            statement.setArray(
                7, connection.createArrayOf("text", texts(rows, SpoolLine::personal)));
            return statement.executeUpdate() == rows.size();
          }
        });
  }

  /** Says that the stream is alive. */
  void seen(String stream) {
    update(SEEN, 0, stream);
  }

  /** Says that all of a stream has arrived. */
  void close(String stream, int damaged) {
    update(CLOSE, damaged, stream);
  }

  private void update(String sql, int damaged, String stream) {
    database.statement(
        "mark audit spool",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int i = 1;
            if (sql.equals(CLOSE)) {
              statement.setInt(i++, damaged);
            }
            statement.setString(i, stream);
            return statement.executeUpdate();
          }
        });
  }

  private static Object[] texts(List<SpoolLine> rows, Function<SpoolLine, String> field) {
    return rows.stream().map(field).toArray();
  }
}
