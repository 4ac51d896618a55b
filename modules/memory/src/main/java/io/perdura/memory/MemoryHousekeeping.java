package io.perdura.memory;

import io.perdura.kernel.Chore;
import io.perdura.kernel.Database;
import io.perdura.kernel.Purge;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Once a minute: counts how many scopes each generation of vectors serves, and removes tombstones
 * of vectors that every index has passed.
 */
@ApplicationScoped
public class MemoryHousekeeping {
  /**
   * How long the removal of a vector is remembered. An index outside the database that was away for
   * longer has to be rebuilt.
   */
  public static final Duration TOMBSTONES_KEPT = Duration.ofDays(7);

  private static final int TOMBSTONES_PER_STATEMENT = 10_000;

  /** Ids grow with time, so the oldest rows are found through the primary key. */
  private static final String PURGE =
      """
      delete from memory_vector_tombstones where id in (
        select id from (select id, deleted_at from memory_vector_tombstones order by id limit ?) oldest
        where deleted_at < now() - make_interval(secs => ?))
      """;

  private static final String SERVED =
      """
      select count(*) filter (where generation_id = ?), count(*) filter (where generation_id <> ?) from embedding_scopes
      """;

  private final Database database;
  private final Generations generations;
  private final MemoryMeter meter;
  private volatile long scopesCurrent;
  private volatile long scopesBehind;
  private Chore chore;

  @Inject
  MemoryHousekeeping(Database database, Generations generations, MemoryMeter meter) {
    this.database = database;
    this.generations = generations;
    this.meter = meter;
  }

  protected MemoryHousekeeping() {
    this(null, null, MemoryMeter.NONE);
  }

  /** Housekeeping without container, for tests and tools. */
  public static MemoryHousekeeping of(Database database, Generations generations) {
    return new MemoryHousekeeping(database, generations, MemoryMeter.NONE);
  }

  @PostConstruct
  void offerGauges() {
    meter.gauge(
        "perdura_memory_scopes_current",
        "Scopes whose searches use the generation of vectors that this server is configured for",
        () -> scopesCurrent);
    meter.gauge(
        "perdura_memory_scopes_behind",
        "Scopes whose searches still use another generation: the backfill has them before it",
        () -> scopesBehind);
  }

  /** Starts doing it, once a minute. */
  public synchronized void start(ScheduledExecutorService executor) {
    chore = Chore.start(executor, "housekeeping of the memory", this::run);
  }

  public synchronized void stop() {
    if (chore != null) {
      chore.stop();
    }
  }

  /**
   * Does the work once.
   *
   * @return how many tombstones were removed
   */
  public int run() {
    count();
    return Purge.run(
        database,
        "purge tombstones",
        TOMBSTONES_PER_STATEMENT,
        PURGE,
        delete -> {
          delete.setInt(1, TOMBSTONES_PER_STATEMENT);
          delete.setDouble(2, (double) TOMBSTONES_KEPT.toSeconds());
        });
  }

  private void count() {
    int configured = generations.configured();
    database.read(
        "served scopes",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(SERVED)) {
            select.setInt(1, configured);
            select.setInt(2, configured);
            try (ResultSet row = select.executeQuery()) {
              row.next();
              scopesCurrent = row.getLong(1);
              scopesBehind = row.getLong(2);
            }
          }
          return null;
        });
  }

  /** Returns how many scopes the configured generation serves, as of the last run. */
  public long scopesCurrent() {
    return scopesCurrent;
  }

  /** Returns how many scopes another generation serves, as of the last run. */
  public long scopesBehind() {
    return scopesBehind;
  }
}
