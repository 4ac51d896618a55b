package io.perdura.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * API keys that the control plane manages, looked up by their digest and remembered for a while.
 *
 * <p>What takes a right away (revocation, suspension of the tenant, an earlier end) renews the
 * database's key epoch in the same transaction. A remembered key counts only while the epoch is
 * known to be the one it was read under, and known since less than {@link #TRUST}: so a revoked key
 * is refused everywhere within that time of its commit. The epoch is asked for in the background;
 * when that fails, each key is read anew.
 */
@ApplicationScoped
public class ManagedKeys {
  /** How old the knowledge may be that nothing was revoked. Two seconds are promised. */
  static final Duration TRUST = Duration.ofMillis(1_500);

  private static final Logger LOG = Logger.getLogger(ManagedKeys.class.getName());
  private static final Duration TRUST_IN_ABSENCE = Duration.ofSeconds(1);
  private static final long POLL_MS = 400;
  private static final int POLL_TIMEOUT_SECONDS = 1;
  private static final Duration NOTE_EVERY = Duration.ofSeconds(10);
  private static final int REMEMBERED = 20_000;
  private static final int NOTED_PER_STATEMENT = 1_000;
  private static final String NO_SUCH_TABLE = "42P01";

  private static final String EPOCH = "select epoch from control_key_epoch";

  /** One statement, so that key and epoch are of one snapshot. */
  private static final String LOOK_UP =
      """
      select e.epoch, k.tenant_id, k.agent_id, k.team_id, k.role, k.key_prefix,
             extract(epoch from k.expires_at - now()) * 1000
        from control_key_epoch e
        left join (control_api_keys k join control_tenants t on t.tenant_id = k.tenant_id and t.status = 'active')
          on k.key_hash = ? and k.status = 'active' and (k.expires_at is null or k.expires_at > now())
      """;

  /** Once a minute is precise enough, and spares the row. */
  private static final String NOTE_USE =
      """
      update control_api_keys set last_used_at = now()
       where key_hash = any(?) and (last_used_at is null or last_used_at < now() - interval '1 minute')
      """;

  private final Database database;
  private final Cache<String, Entry> entries =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  private final Set<String> used = ConcurrentHashMap.newKeySet();
  private volatile Epoch known = new Epoch("", System.nanoTime());
  private volatile long notedAt = System.nanoTime();
  private Future<?> task;

  /** For the container's proxy. */
  protected ManagedKeys() {
    this.database = null;
  }

  @Inject
  public ManagedKeys(Database database) {
    this.database = database;
  }

  /** Returns whose key it is; empty for one that opens nothing. */
  public Optional<Principal> find(String key) {
    String digest = Hashes.sha256Hex(key);
    Entry entry = entries.getIfPresent(digest);
    if (entry == null || !isTrusted(entry)) {
      entry = read(digest);
      entries.put(digest, entry);
    }
    if (entry.principal() != null) {
      used.add(digest);
    }
    return Optional.ofNullable(entry.principal());
  }

  /** Starts asking for the epoch, and noting which keys were used. */
  public synchronized void start(ScheduledExecutorService executor) {
    task = executor.scheduleWithFixedDelay(this::tick, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
  }

  /** Stops, noting the last uses. */
  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
      quietly(this::noteUse);
    }
  }

  /**
   * Runs on one thread at a time; holds no lock, because requests must not wait for its statements.
   */
  private void tick() {
    if (entries.estimatedSize() > 0) {
      quietly(this::poll);
    }
    if (System.nanoTime() - notedAt >= NOTE_EVERY.toNanos()) {
      notedAt = System.nanoTime();
      quietly(this::noteUse);
    }
  }

  /** Asks for the epoch once. */
  void poll() throws SQLException {
    long asked = System.nanoTime();
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(EPOCH)) {
      statement.setQueryTimeout(POLL_TIMEOUT_SECONDS);
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          learn(new Epoch(row.getString(1), asked));
        }
      }
    }
  }

  /** Writes when keys were last used. */
  void noteUse() throws SQLException {
    String[] digests = used.stream().limit(NOTED_PER_STATEMENT).toArray(String[]::new);
    if (digests.length == 0) {
      return;
    }
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(NOTE_USE)) {
      statement.setQueryTimeout(POLL_TIMEOUT_SECONDS);
      statement.setArray(1, connection.createArrayOf("text", digests));
      statement.executeUpdate();
    }
    used.removeAll(Set.of(digests));
  }

  private static void quietly(Task work) {
    try {
      work.run();
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.FINE, "the state of managed keys could not be asked for", e);
    }
  }

  private boolean isTrusted(Entry entry) {
    long now = System.nanoTime();
    if (entry.principal() == null) {
      return now - entry.readAt() < TRUST_IN_ABSENCE.toNanos();
    }
    Epoch newest = known;
    return entry.epoch().equals(newest.name())
        && now - newest.askedAt() < TRUST.toNanos()
        && now - entry.endsAt() < 0;
  }

  private Entry read(String digest) {
    return database.read(
        "look up api key",
        connection -> {
          long asked = System.nanoTime();
          try (PreparedStatement statement = connection.prepareStatement(LOOK_UP)) {
            statement.setString(1, digest);
            try (ResultSet row = statement.executeQuery()) {
              return row.next() ? entry(row, asked, digest) : Entry.nothing(asked);
            }
          } catch (SQLException e) {
            if (NO_SUCH_TABLE.equals(e.getSQLState())) {
              return Entry.nothing(asked);
            }
            throw e;
          }
        });
  }

  private Entry entry(ResultSet row, long asked, String digest) throws SQLException {
    String epoch = row.getString(1);
    learn(new Epoch(epoch, asked));
    String tenant = row.getString(2);
    if (tenant == null) {
      return new Entry(null, epoch, asked, asked);
    }
    Principal principal =
        new Principal(
            tenant,
            row.getString(3),
            row.getString(4),
            row.getString(5),
            digest.substring(0, KeyRegistry.FINGERPRINT_DIGITS),
            row.getString(6));
    double leftMs = row.getDouble(7);
    // A year away is as good as never, and safe to add to a nano time.
    long left =
        row.wasNull() || leftMs > Duration.ofDays(365).toMillis()
            ? Duration.ofDays(365).toNanos()
            : Duration.ofMillis((long) leftMs).toNanos();
    return new Entry(principal, epoch, asked, asked + left);
  }

  /** What was asked for last is true at least since it was asked for. */
  private void learn(Epoch seen) {
    synchronized (entries) {
      if (seen.askedAt() - known.askedAt() > 0) {
        known = seen;
      }
    }
  }

  @FunctionalInterface
  private interface Task {
    void run() throws SQLException;
  }

  /** The epoch, and when it was asked for (not when the answer came). */
  private record Epoch(String name, long askedAt) {}

  private record Entry(Principal principal, String epoch, long readAt, long endsAt) {
    static Entry nothing(long asked) {
      return new Entry(null, "", asked, asked);
    }
  }
}
