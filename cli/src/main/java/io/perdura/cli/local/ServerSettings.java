package io.perdura.cli.local;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment that Liberty starts with: the user's variables, the database in JDBC form, and
 * what the standalone tier takes for granted.
 */
public final class ServerSettings {
  private ServerSettings() {}

  /**
   * Variables for {@code ./perdura up}: values of the user always win over the defaults.
   *
   * @param adminToken opens the administration when the user sets none
   */
  public static Map<String, String> forLocalServer(
      Environment environment, DatabaseUrl database, StateDirectory state, String adminToken) {
    Map<String, String> values = new TreeMap<>(environment.all());
    values.putIfAbsent("AIONIS_MODE", "local");
    values.putIfAbsent("EMBEDDING_PROVIDER", "local");
    values.putIfAbsent("PERDURA_STATE_DIR", state.root().toString());
    values.putIfAbsent("PERDURA_CONSOLE_LOG_LEVEL", "OFF");
    values.putIfAbsent("PERDURA_LOG_FORMAT", "json");
    if (environment.get("ADMIN_TOKEN").isEmpty()) {
      values.put("ADMIN_TOKEN", adminToken);
    }
    putDatabase(values, database);
    return values;
  }

  /** Only what has to be added to the environment of a server that is started by other means. */
  public static Map<String, String> forForeignStart(DatabaseUrl database) {
    Map<String, String> values = new TreeMap<>();
    putDatabase(values, database);
    return values;
  }

  private static void putDatabase(Map<String, String> values, DatabaseUrl database) {
    values.remove("DATABASE_URL");
    values.put("PERDURA_DB_URL", database.jdbcUrl());
    values.put("PERDURA_DB_USER", database.user());
    values.put("PERDURA_DB_PASSWORD", database.password());
    values.put("PERDURA_DB_EXTRA_OPTIONS", database.options());
  }
}
