package io.perdura.api;

import io.perdura.control.ControlSettings;
import io.perdura.control.Membership;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import io.perdura.kernel.StartupCheck;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Whether the database grants the connections that the pools of all living servers may take
 * together. Servers are taken to be configured alike.
 *
 * <p>Only the database knows, so this is checked when it is first reached, before the server is
 * ready: in production the server then refuses to start like for any other fault of its
 * configuration. When the cluster outgrows the database later, nobody is stopped for it: a warning
 * says so.
 */
@ApplicationScoped
class ConnectionBudget {
  private static final Logger LOG = Logger.getLogger(ConnectionBudget.class.getName());
  private static final int STATEMENT_SECONDS = 2;

  private static final String GRANTED_AND_OTHERS =
      """
      select least(
               current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - coalesce(current_setting('reserved_connections', true)::int, 0),
               nullif((select rolconnlimit from pg_roles where rolname = current_user), -1),
               nullif((select datconnlimit from pg_database where datname = current_database()), -1)),
             (select count(*) from cluster_members
               where id <> ? and heartbeat_at > now() - make_interval(secs => ?))
      """;

  private final int pool;
  private final int configuredLimit;
  private final boolean production;
  private final Supplier<String> self;
  private final Consumer<String> refusal;
  private boolean passed;
  private volatile boolean refused;
  private boolean wasTooMany;

  /** For the container's proxy. */
  protected ConnectionBudget() {
    this(Settings.of(java.util.Map.of()), () -> null, fault -> {});
  }

  @Inject
  ConnectionBudget(Settings settings, Membership membership) {
    this(
        settings,
        // A server that starts again before its old row is dead counts once.
        () ->
            membership.self() == null
                ? settings.get(CoreSettings.PERDURA_NODE_ID)
                : membership.self().id(),
        fault -> StartupCheck.refuse(List.of(fault)));
  }

  ConnectionBudget(Settings settings, Supplier<String> self, Consumer<String> refusal) {
    this.pool = settings.get(ControlSettings.DB_POOL_MAX);
    this.configuredLimit = settings.get(ControlSettings.PERDURA_DB_CONNECTION_LIMIT);
    this.production = settings.isProduction();
    this.self = self;
    this.refusal = refusal;
  }

  /** Tells whether this server must not serve, and the process is about to end. */
  boolean isRefused() {
    return refused;
  }

  /** Returns false when this server must not serve. */
  boolean admits(Connection connection) throws SQLException {
    if (refused) {
      return false;
    }
    String fault = fault(connection);
    if (fault != null && production && !passed) {
      refused = true;
      refusal.accept(fault);
      return false;
    }
    passed = true;
    if (fault != null && !wasTooMany) {
      LOG.log(Level.WARNING, "{0}", fault);
    }
    wasTooMany = fault != null;
    return true;
  }

  private String fault(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(GRANTED_AND_OTHERS)) {
      statement.setQueryTimeout(STATEMENT_SECONDS);
      String id = self.get();
      statement.setString(1, id == null ? "" : id);
      statement.setDouble(2, Membership.DEAD_AFTER_SECONDS);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        int granted = configuredLimit > 0 ? configuredLimit : row.getInt(1);
        int servers = row.getInt(2) + 1;
        long wanted = (long) servers * pool;
        return wanted <= granted
            ? null
            : ControlSettings.DB_POOL_MAX.name()
                + ": "
                + servers
                + " servers may take "
                + wanted
                + " connections together, the database grants "
                + granted;
      }
    }
  }
}
