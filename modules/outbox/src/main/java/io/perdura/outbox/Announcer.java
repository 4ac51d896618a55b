package io.perdura.outbox;

import io.perdura.kernel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Tells the workers of other servers that this one committed events.
 *
 * <p>The NOTIFY is sent from a thread and a connection of its own, after the commit, never inside
 * the write's transaction: a transaction that has notified takes one database-wide lock from before
 * its commit until after it, so notifying writers would commit one after another. Sent apart, it
 * also joins: however many writes commit meanwhile, there is one NOTIFY in {@value #REST_MILLIS}
 * ms.
 *
 * <p>Not guaranteed: that it arrives. Workers poll behind it.
 */
@ApplicationScoped
public class Announcer {
  /** The channel that workers listen on; the payload is the sender. */
  static final String CHANNEL = "perdura_outbox";

  private static final long REST_MILLIS = 50;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Database database;
  private final Wakeups wakeups;
  private final String sender = UUID.randomUUID().toString();
  private long seen;
  private Loop loop;

  /** For the container's proxy. */
  protected Announcer() {
    this(null, null);
  }

  @Inject
  Announcer(Database database, Wakeups wakeups) {
    this.database = database;
    this.wakeups = wakeups;
  }

  /** Starts announcing, in every role. */
  public synchronized void start(ThreadFactory threads) {
    if (loop == null) {
      loop = Loop.start(threads, "announcing outbox events", stopped -> turn());
    }
  }

  public synchronized void stop() {
    if (loop != null) {
      loop.stop();
      loop = null;
    }
  }

  /** Names this server as a sender: its own workers need no telling. */
  String sender() {
    return sender;
  }

  private void turn() throws InterruptedException {
    if (!wakeups.committed().awaitAfter(seen, LONGEST_WAIT)) {
      return;
    }
    seen = wakeups.committed().seen();
    database.read(
        "announce outbox events",
        connection -> {
          try (PreparedStatement notify = connection.prepareStatement("select pg_notify(?, ?)")) {
            notify.setString(1, CHANNEL);
            notify.setString(2, sender);
            return notify.execute();
          }
        });
    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
  }
}
