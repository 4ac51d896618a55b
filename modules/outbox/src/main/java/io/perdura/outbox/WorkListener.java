package io.perdura.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Listens for announcements of other servers on a connection of its own, one of the pool that is
 * never given back while the worker runs.
 *
 * <p>The connection is opened anew when it breaks, and when the server behind it was demoted: such
 * a server answers but stays silent. LISTEN is refused there with SQLState 25006, at which the pool
 * throws its stale connections away; so it is simply said again from time to time.
 */
final class WorkListener implements Loop.Turn {
  private static final Logger LOG = Logger.getLogger(WorkListener.class.getName());
  private static final String LISTEN = "listen " + Announcer.CHANNEL;
  private static final int SLICE_MILLIS = 500;
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

  private final DataSource dataSource;
  private final Signal work;
  private final String ownSender;

  WorkListener(DataSource dataSource, Signal work, String ownSender) {
    this.dataSource = dataSource;
    this.work = work;
    this.ownSender = ownSender;
  }

  @Override
  public void take(BooleanSupplier stopped) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      execute(connection, LISTEN);
      // Announcements made while nobody listened are made up for by looking once.
      work.raise();
      try {
        listen(connection, connection.unwrap(PGConnection.class), stopped);
      } finally {
        leave(connection);
      }
    }
  }

  private void listen(Connection connection, PGConnection postgres, BooleanSupplier stopped)
      throws SQLException {
    long checked = System.nanoTime();
    while (!stopped.getAsBoolean()) {
      PGNotification[] arrived = postgres.getNotifications(SLICE_MILLIS);
      if (arrived != null && fromElsewhere(arrived)) {
        work.raise();
      }
      if (System.nanoTime() - checked > CHECK_INTERVAL.toNanos()) {
        execute(connection, LISTEN);
        checked = System.nanoTime();
      }
    }
  }

  private boolean fromElsewhere(PGNotification[] arrived) {
    for (PGNotification notification : arrived) {
      if (!notification.getParameter().equals(ownSender)) {
        return true;
      }
    }
    return false;
  }

  /** A connection that goes back to the pool must not collect announcements nobody reads. */
  private static void leave(Connection connection) {
    try {
      execute(connection, "unlisten *");
    } catch (SQLException e) {
      LOG.log(Level.FINE, "the listening connection is gone; the pool discards it", e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
