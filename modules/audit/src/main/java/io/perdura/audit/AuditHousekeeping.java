package io.perdura.audit;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes rows that are older than their time from the front of each chain, and what is personal from
 * the chains of erased tenants. What is left still verifies: the hash of the last row that went
 * becomes the chain's anchor, and rows hold only a salted digest of what is personal.
 *
 * <p>Every server does it, each minute; the row of a chain's ends keeps two from doing it at once.
 */
@ApplicationScoped
public class AuditHousekeeping {
  private static final Logger LOG = Logger.getLogger(AuditHousekeeping.class.getName());
  private static final long INTERVAL_SECONDS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int CHAINS = 500;
  private static final int ROWS = 5_000;

  private static final String OLD_CHAINS =
      "select chain from audit_chains where oldest_at < now() - make_interval(days => ?) order by oldest_at limit ?";

  private static final String LOCK =
      "select 1 from audit_chains where chain = ? for update skip locked";

  /** Chain, days, rows; the first row that is young enough ends it, even when older ones follow. */
  private static final String PRUNE =
      """
      with front as (
        select a.seq, a.hash, a.recorded_at from audit_chain a where a.chain = ? order by a.seq limit ?
      ), kept as (
        select min(seq) as seq from front where recorded_at >= now() - make_interval(days => ?)
      ), last as (
        select f.seq, f.hash from front f, kept where f.seq < coalesce(kept.seq, f.seq + 1) order by f.seq desc limit 1
      ), gone as (
        delete from audit_chain a using last where a.chain = ? and a.seq <= last.seq returning 1
      ), anchored as (
        update audit_chains c
           set anchor_seq = coalesce(last.seq, c.anchor_seq), anchor_hash = coalesce(last.hash, c.anchor_hash),
               pruned_before = greatest(c.pruned_before, case when last.seq is null then c.pruned_before
                                                              else now() - make_interval(days => ?) end),
               oldest_at = coalesce((select n.recorded_at from audit_chain n
                                      where n.chain = c.chain and n.seq > coalesce(last.seq, c.anchor_seq)
                                      order by n.seq limit 1), 'infinity')
          from (select 1) one left join last on true
         where c.chain = ?
      )
      select count(*) from gone
      """;

  private static final String FORGET_SPOOLS =
      "delete from audit_spools where seen_at < now() - make_interval(days => ?)";

  /** Rows of an erased tenant may come late out of the spool of a server that was away. */
  private static final String ERASED =
      """
      select c.chain, max(e.requested_at)::text
        from erasure_ledger e join audit_chains c on c.chain = 'tenant/' || e.tenant_id
       where e.kind = 'tenant' and e.completed_at is not null
         and (c.stripped_at < e.requested_at
              or (e.completed_at > now() - interval '7 days' and c.stripped_at < now() - interval '1 hour'))
       group by c.chain limit ?
      """;

  private static final String STRIP =
      """
      update audit_chain a set personal = null
       where a.chain = ? and a.personal is not null and (a.entry::jsonb ->> 'at')::timestamptz <= ?::timestamptz
      """;

  private static final String STRIPPED =
      "update audit_chains set stripped_at = now() where chain = ?";

  private final Database database;
  private final int days;
  private Future<?> task;

  /** For the container's proxy. */
  protected AuditHousekeeping() {
    this.database = null;
    this.days = 0;
  }

  @Inject
  public AuditHousekeeping(Database database, Settings settings) {
    this.database = database;
    this.days = settings.get(AuditSettings.PERDURA_AUDIT_RETENTION_DAYS);
  }

  /** Starts after a random part of the first minute, so that servers started together spread. */
  public synchronized void start(ScheduledExecutorService executor) {
    long first = ThreadLocalRandom.current().nextLong(INTERVAL_SECONDS);
    task =
        executor.scheduleWithFixedDelay(
            this::runQuietly, first, INTERVAL_SECONDS, TimeUnit.SECONDS);
  }

  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void runQuietly() {
    try {
      Deadline.run(
          PATIENCE, () -> LOG.log(Level.FINE, "{0} audit rows went, {1} lost their caller", run()));
    } catch (RuntimeException e) {
      LOG.log(Level.FINE, "audit housekeeping waits for the database", e);
    }
  }

  /** Prunes and strips what is due; returns how many rows each took. */
  Object[] run() {
    return new Object[] {prune(), strip()};
  }

  private int prune() {
    if (days == 0) {
      return 0;
    }
    int total = 0;
    for (String chain :
        database.read(
            "old audit chains",
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(OLD_CHAINS)) {
                select.setInt(1, days);
                select.setInt(2, CHAINS);
                return texts(select);
              }
            })) {
      int gone;
      do {
        gone = database.transaction("prune audit chain", tx -> prune(tx, chain));
        total += gone;
      } while (gone == ROWS);
    }
    database.statement(
        "forget audit spools",
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(FORGET_SPOOLS)) {
            delete.setInt(1, days + 1);
            return delete.executeUpdate();
          }
        });
    return total;
  }

  private int prune(Tx tx, String chain) throws SQLException {
    try (PreparedStatement lock = tx.connection().prepareStatement(LOCK)) {
      lock.setString(1, chain);
      if (texts(lock).isEmpty()) {
        return 0; // another server is at it
      }
    }
    try (PreparedStatement prune = tx.connection().prepareStatement(PRUNE)) {
      prune.setString(1, chain);
      prune.setInt(2, ROWS);
      prune.setInt(3, days);
      prune.setString(4, chain);
      prune.setInt(5, days);
      prune.setString(6, chain);
      return Integer.parseInt(texts(prune).getFirst());
    }
  }

  private int strip() {
    record Erased(String chain, String requestedAt) {}
    List<Erased> erased =
        database.read(
            "erased tenants",
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(ERASED)) {
                select.setInt(1, CHAINS);
                List<Erased> found = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                  while (row.next()) {
                    found.add(new Erased(row.getString(1), row.getString(2)));
                  }
                }
                return found;
              }
            });
    int total = 0;
    for (Erased one : erased) {
      total +=
          database.transaction(
              "strip audit chain",
              tx -> {
                try (PreparedStatement strip = tx.connection().prepareStatement(STRIP);
                    PreparedStatement done = tx.connection().prepareStatement(STRIPPED)) {
                  strip.setString(1, one.chain);
                  strip.setString(2, one.requestedAt);
                  int rows = strip.executeUpdate();
                  done.setString(1, one.chain);
                  done.executeUpdate();
                  return rows;
                }
              });
    }
    return total;
  }

  private static List<String> texts(PreparedStatement select) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
