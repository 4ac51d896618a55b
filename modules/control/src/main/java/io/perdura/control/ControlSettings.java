package io.perdura.control;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;

/** Settings of running a server. Names starting with PERDURA_ are our own. */
public final class ControlSettings implements SettingCatalog {
  /**
   * Whether this server brings the database to its schema by itself; production has a step of its
   * own for that.
   */
  public static final Setting<Boolean> PERDURA_MIGRATE_ON_START =
      Setting.bool("PERDURA_MIGRATE_ON_START", false);

  /** Whether the endpoints that benchmarks compare with are offered. */
  public static final Setting<Boolean> PERDURA_BENCHMARK_ENDPOINTS =
      Setting.bool("PERDURA_BENCHMARK_ENDPOINTS", false);

  /** A request that takes longer, in milliseconds, leaves a line in the log; 0 = every request. */
  public static final Setting<Integer> PERDURA_SLOW_REQUEST_MS =
      Setting.integer("PERDURA_SLOW_REQUEST_MS", 1_000, 0, 600_000);

  /**
   * A file whose presence takes this server out of its load balancers; empty = {@code drain} in the
   * state directory.
   */
  public static final Setting<String> PERDURA_DRAIN_FILE = Setting.text("PERDURA_DRAIN_FILE", null);

  /** Port of Liberty's own endpoints: health, metrics, batch. */
  public static final Setting<Integer> PERDURA_MGMT_PORT =
      Setting.integer("PERDURA_MGMT_PORT", 3002, 1, 65_535);

  /** Where the pool connects to: DATABASE_URL as the launcher translated it for JDBC. */
  public static final Setting<String> PERDURA_DB_URL = Setting.secret("PERDURA_DB_URL");

  /** Most pooled connections of one server. */
  public static final Setting<Integer> DB_POOL_MAX = Setting.integer("DB_POOL_MAX", 30, 1, 200);

  /**
   * Connections that all servers may have together, where a pooler in front of the database grants
   * them; 0 = what the database says.
   */
  public static final Setting<Integer> PERDURA_DB_CONNECTION_LIMIT =
      Setting.integer("PERDURA_DB_CONNECTION_LIMIT", 0, 0, 1_000_000);

  /** Rows of request telemetry older than this are purged. */
  public static final Setting<Integer> CONTROL_TELEMETRY_RETENTION_HOURS =
      Setting.integer("CONTROL_TELEMETRY_RETENTION_HOURS", 720, 1, 87_600);

  /** Rows that one purging statement removes at most. */
  public static final Setting<Integer> CONTROL_TELEMETRY_PURGE_BATCH_LIMIT =
      Setting.integer("CONTROL_TELEMETRY_PURGE_BATCH_LIMIT", 20_000, 1, 200_000);

  /**
   * Keys that seal the secrets of alert routes: base64 of 32 bytes each, comma separated. The first
   * seals, all open; see {@link Sealer}.
   */
  public static final Setting<String> PERDURA_SEALING_KEYS = Setting.secret("PERDURA_SEALING_KEYS");

  /**
   * Origins that alerts may be sent to although they are inside or not https, comma separated, as
   * in {@code http://alerts.corp:9000}.
   */
  public static final Setting<String> PERDURA_OUTBOUND_ALLOW =
      Setting.text("PERDURA_OUTBOUND_ALLOW", null);

  /** Milliseconds until an alert's receiver must have answered. */
  public static final Setting<Integer> PERDURA_OUTBOUND_TIMEOUT_MS =
      Setting.integer("PERDURA_OUTBOUND_TIMEOUT_MS", 8_000, 100, 60_000);

  /**
   * A file of certificates in PEM: authorities that the receivers of alerts may have theirs from,
   * beside those that the Java runtime trusts. Read at the start.
   */
  public static final Setting<String> PERDURA_OUTBOUND_CA_FILE =
      Setting.text("PERDURA_OUTBOUND_CA_FILE", null);

  /** Days for which deliveries of alerts are kept, at least 7; 0 = for ever. */
  public static final Setting<Integer> PERDURA_ALERT_DELIVERIES_KEEP_DAYS =
      Setting.integer("PERDURA_ALERT_DELIVERIES_KEEP_DAYS", 90, 0, 36_500);

  /** A delivery may keep another of its kind back for so long. */
  private static final int SHORTEST_KEEP_DAYS = 7;

  /**
   * Program that publishes the evidence of an incident, called with source directory, target,
   * tenant and run; see {@link IncidentPublisher}.
   */
  public static final Setting<String> PERDURA_INCIDENT_PUBLISH_COMMAND =
      Setting.text("PERDURA_INCIDENT_PUBLISH_COMMAND", null);

  /** Key of the HMAC that signs the index of a bundle of evidence. */
  public static final Setting<String> INCIDENT_BUNDLE_SIGNING_KEY =
      Setting.secret("INCIDENT_BUNDLE_SIGNING_KEY");

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          PERDURA_MIGRATE_ON_START,
          PERDURA_BENCHMARK_ENDPOINTS,
          PERDURA_SLOW_REQUEST_MS,
          PERDURA_DRAIN_FILE,
          PERDURA_MGMT_PORT,
          PERDURA_DB_URL,
          DB_POOL_MAX,
          PERDURA_DB_CONNECTION_LIMIT,
          CONTROL_TELEMETRY_RETENTION_HOURS,
          CONTROL_TELEMETRY_PURGE_BATCH_LIMIT,
          PERDURA_SEALING_KEYS,
          PERDURA_OUTBOUND_ALLOW,
          PERDURA_OUTBOUND_TIMEOUT_MS,
          PERDURA_OUTBOUND_CA_FILE,
          PERDURA_ALERT_DELIVERIES_KEEP_DAYS,
          PERDURA_INCIDENT_PUBLISH_COMMAND,
          INCIDENT_BUNDLE_SIGNING_KEY);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    if (settings.isProduction() && settings.get(PERDURA_MIGRATE_ON_START)) {
      faults.add(
          PERDURA_MIGRATE_ON_START.name()
              + ": must be false in production; run `perdura migrate` before the servers start");
    }
    if (!Sealer.isValid(settings)) {
      faults.add(PERDURA_SEALING_KEYS.name() + ": must be base64 of 32 bytes each");
    }
    for (String entry : Outbound.faults(settings)) {
      faults.add(PERDURA_OUTBOUND_ALLOW.name() + ": " + entry + " is no http or https origin");
    }
    OutboundTrust.fault(settings)
        .ifPresent(fault -> faults.add(PERDURA_OUTBOUND_CA_FILE.name() + ": " + fault));
    int days = settings.get(PERDURA_ALERT_DELIVERIES_KEEP_DAYS);
    if (days > 0 && days < SHORTEST_KEEP_DAYS) {
      faults.add(
          PERDURA_ALERT_DELIVERIES_KEEP_DAYS.name()
              + ": must be 0 or at least "
              + SHORTEST_KEEP_DAYS
              + ", as repeated alerts are told by earlier deliveries for so long");
    }
    return faults;
  }
}
