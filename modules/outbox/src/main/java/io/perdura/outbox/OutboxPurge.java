package io.perdura.outbox;

import io.perdura.kernel.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** Removes published events that are older than the configured number of days. */
final class OutboxPurge {
  private static final int PAGE = 5_000;

  /** 1: id to go on from; 2: page size; 3, 4: days. */
  private static final String PURGE =
      """
      with page as (
        select id, published_at, created_at from memory_outbox where id > ? order by id limit ?
      ), gone as (
        delete from memory_outbox o using page p
         where o.id = p.id and p.published_at < now() - ? * interval '1 day' returning 1
      )
      select max(id), coalesce(bool_and(created_at < now() - ? * interval '1 day'), false),
             (select count(*) from gone)
        from page\
      """;

  private final Database database;
  private final int keepDays;

  OutboxPurge(Database database, int keepDays) {
    this.database = database;
    this.keepDays = keepDays;
  }

  /** Walks from the oldest event to the first that is young; returns how many were removed. */
  long run() {
    long removed = 0;
    Page page = keepDays == 0 ? new Page(0, false, 0) : purge(0);
    removed += page.removed;
    while (page.allOld) {
      page = purge(page.last);
      removed += page.removed;
    }
    return removed;
  }

  private Page purge(long after) {
    return database.transaction(
        "purge published outbox events",
        tx -> {
          try (PreparedStatement delete = tx.connection().prepareStatement(PURGE)) {
            delete.setLong(1, after);
            delete.setInt(2, PAGE);
            delete.setInt(3, keepDays);
            delete.setInt(4, keepDays);
            try (ResultSet row = delete.executeQuery()) {
              row.next();
              return new Page(row.getLong(1), row.getBoolean(2), row.getLong(3));
            }
          }
        });
  }

  private record Page(long last, boolean allOld, long removed) {}
}
