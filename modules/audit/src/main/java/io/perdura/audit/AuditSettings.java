package io.perdura.audit;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Settings of the audit trail. It cannot be switched off. */
public final class AuditSettings implements SettingCatalog {
  /** Days that rows of the audit trail are kept; 0 = for ever. */
  public static final Setting<Integer> PERDURA_AUDIT_RETENTION_DAYS =
      Setting.integer("PERDURA_AUDIT_RETENTION_DAYS", 400, 0, 36_500);

  /**
   * Room for rows that wait for the database, in the state directory; without room calls are
   * refused.
   */
  public static final Setting<Integer> PERDURA_AUDIT_SPOOL_MAX_MB =
      Setting.integer("PERDURA_AUDIT_SPOOL_MAX_MB", 512, 1, 1_000_000);

  /**
   * Milliseconds after which spooled rows are forced to the disk; 0 = before each answer. A process
   * that dies loses nothing either way.
   */
  public static final Setting<Integer> PERDURA_AUDIT_SPOOL_SYNC_MS =
      Setting.integer("PERDURA_AUDIT_SPOOL_SYNC_MS", 500, 0, 60_000);

  /** Rows a minute that one server writes about refused calls without a credential. */
  public static final Setting<Integer> PERDURA_AUDIT_ANONYMOUS_PER_MINUTE =
      Setting.integer("PERDURA_AUDIT_ANONYMOUS_PER_MINUTE", 600, 1, 1_000_000);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          PERDURA_AUDIT_RETENTION_DAYS,
          PERDURA_AUDIT_SPOOL_MAX_MB,
          PERDURA_AUDIT_SPOOL_SYNC_MS,
          PERDURA_AUDIT_ANONYMOUS_PER_MINUTE);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
