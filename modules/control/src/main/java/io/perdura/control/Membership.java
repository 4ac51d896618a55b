package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.LiveServers;
import io.perdura.kernel.Database;
import io.perdura.kernel.Heartbeats;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The servers of the cluster, each with a heartbeat row.
 *
 * <p>Time is the database's own, so that clocks of machines do not matter. A row tells that a
 * server lived within the last {@value #DEAD_AFTER_SECONDS} s, not that it lives now: whoever acts
 * on a death needs a fence of its own. A clean stop removes the row.
 */
@ApplicationScoped
public class Membership implements LiveServers {
  /** Seconds between two heartbeats. */
  static final int INTERVAL_SECONDS = Heartbeats.INTERVAL_SECONDS;

  /** A row that was not renewed for so long belongs to a dead server. */
  public static final int DEAD_AFTER_SECONDS = Heartbeats.DEAD_AFTER_SECONDS;

  private static final Logger LOG = Logger.getLogger(Membership.class.getName());

  private final Database database;
  private volatile Member self;
  private volatile boolean draining;
  private volatile boolean registered;
  private volatile int serving = 1;
  private Future<?> heartbeat;

  /** For the container's proxy. */
  protected Membership() {
    this.database = null;
  }

  @Inject
  public Membership(Database database) {
    this.database = database;
  }

  /** Joins: from now on the row of {@code member} is renewed, as soon as there is a database. */
  public synchronized void join(Member member, ScheduledExecutorService executor) {
    self = member;
    heartbeat = executor.scheduleWithFixedDelay(this::beat, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
  }

  /** Leaves: stops renewing and removes the row. Without database the row is left to die. */
  public synchronized void leave() {
    if (heartbeat == null) {
      return;
    }
    heartbeat.cancel(false);
    heartbeat = null;
    if (registered) {
      try (Connection connection = database.dataSource().getConnection()) {
        MembershipSql.remove(connection, self.id());
      } catch (SQLException e) {
        LOG.log(Level.INFO, "the heartbeat row could not be removed; it dies by itself", e);
      }
    }
  }

  /** Says whether load balancers were asked to stay away; shown as the member's state. */
  public void draining(boolean draining) {
    this.draining = draining;
  }

  /** Returns the member that this process joined as; null before. */
  public Member self() {
    return self;
  }

  /**
   * {@inheritDoc}
   *
   * <p>As the last heartbeat saw it: costs nothing, and is remembered while the database is away.
   */
  @Override
  public int count() {
    return serving;
  }

  /** Returns the living members, oldest first: {@code {"ok", "members": [..]}}. */
  public JsonNode live() {
    ObjectNode body = Jsons.object().put("ok", true);
    ArrayNode members = body.putArray("members");
    database
        .read("list members", connection -> MembershipSql.live(connection, DEAD_AFTER_SECONDS))
        .forEach(members::add);
    return body;
  }

  /**
   * Renews the row once; never throws. Goes to the pool directly: the next beat is the repetition,
   * and an outage is no news every two seconds.
   */
  void beat() {
    try (Connection connection = database.dataSource().getConnection()) {
      renew(connection);
    } catch (SQLException e) {
      LOG.log(Level.FINE, "no heartbeat: the database is not there", e);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "no heartbeat", e);
    }
  }

  private void renew(Connection connection) throws SQLException {
    String state = draining ? "draining" : "up";
    boolean taken = MembershipSql.beat(connection, self, state, !registered, DEAD_AFTER_SECONDS);
    if (taken && !registered) {
      LOG.log(
          Level.WARNING,
          "the id {0} was in use a moment ago; two servers with one PERDURA_NODE_ID take each other''s place",
          self.id());
    }
    registered = true;
    serving = Math.max(1, MembershipSql.serving(connection, DEAD_AFTER_SECONDS));
  }
}
