package io.perdura.integrity;

import io.perdura.kernel.Database;
import java.sql.Connection;
import java.sql.Statement;

/** One state of the database for all that a report looks at. */
final class Snapshot {
  /**
   * The pool's limits are made for requests, and its plans for statements that never change; none
   * of that fits a statement that reads a million rows once.
   */
  private static final String SESSION =
      """
      set transaction isolation level repeatable read, read only;
      set local plan_cache_mode = force_custom_plan;
      set local jit = off;
      set local work_mem = '64MB';
      set local statement_timeout = '15min'\
      """;

  private Snapshot() {}

  static <T> T read(Database database, String name, Database.Work<Connection, T> work) {
    return database.transaction(
        name,
        tx -> {
          try (Statement session = tx.connection().createStatement()) {
            session.execute(SESSION);
          }
          return work.run(tx.connection());
        });
  }
}
