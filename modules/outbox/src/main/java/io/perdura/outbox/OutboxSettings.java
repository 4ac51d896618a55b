package io.perdura.outbox;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.util.List;

/** Settings of the outbox (jobs-gates, section 2.3). Names starting with PERDURA_ are our own. */
public final class OutboxSettings implements SettingCatalog {
  private static final int DAY_MS = 86_400_000;

  /** How long an idle worker waits before it looks without having been woken, in milliseconds. */
  public static final Setting<Integer> OUTBOX_POLL_INTERVAL_MS =
      Setting.integer("OUTBOX_POLL_INTERVAL_MS", 1_000, 1, DAY_MS);

  /** Events that one claim takes at most. */
  public static final Setting<Integer> OUTBOX_BATCH_SIZE =
      Setting.integer("OUTBOX_BATCH_SIZE", 20, 1, 200);

  /** Length of a lease in milliseconds; it is renewed while the worker lives. */
  public static final Setting<Integer> OUTBOX_CLAIM_TIMEOUT_MS =
      Setting.integer("OUTBOX_CLAIM_TIMEOUT_MS", 300_000, 100, DAY_MS);

  /** Attempts after which an event is dead-lettered. */
  public static final Setting<Integer> OUTBOX_MAX_ATTEMPTS =
      Setting.integer("OUTBOX_MAX_ATTEMPTS", 25, 1, 10_000);

  /** Partitions of the draining job on one server: how many batches it works on at once. */
  public static final Setting<Integer> PERDURA_OUTBOX_PARTITIONS =
      Setting.integer("PERDURA_OUTBOX_PARTITIONS", 2, 1, 32);

  /**
   * Milliseconds after which the leases of a batch are no longer renewed: its handler is taken to
   * hang.
   */
  public static final Setting<Integer> PERDURA_OUTBOX_HANDLER_TIMEOUT_MS =
      Setting.integer("PERDURA_OUTBOX_HANDLER_TIMEOUT_MS", 600_000, 100, DAY_MS);

  /** Days for which published events are kept; 0 = for ever. */
  public static final Setting<Integer> PERDURA_OUTBOX_KEEP_DAYS =
      Setting.integer("PERDURA_OUTBOX_KEEP_DAYS", 30, 0, 36_500);

  /** Minutes after which the draining job's execution is renewed. */
  public static final Setting<Integer> PERDURA_OUTBOX_RENEW_MINUTES =
      Setting.integer("PERDURA_OUTBOX_RENEW_MINUTES", 720, 1, 10_080);

  /** Events, for each partition, after which the draining job's execution is renewed. */
  public static final Setting<Integer> PERDURA_OUTBOX_RENEW_EVENTS =
      Setting.integer("PERDURA_OUTBOX_RENEW_EVENTS", 5_000_000, 1, Integer.MAX_VALUE);

  /** Days for which ended job executions are kept. */
  public static final Setting<Integer> PERDURA_JOB_HISTORY_DAYS =
      Setting.integer("PERDURA_JOB_HISTORY_DAYS", 30, 1, 3_650);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          OUTBOX_POLL_INTERVAL_MS,
          OUTBOX_BATCH_SIZE,
          OUTBOX_CLAIM_TIMEOUT_MS,
          OUTBOX_MAX_ATTEMPTS,
          PERDURA_OUTBOX_PARTITIONS,
          PERDURA_OUTBOX_HANDLER_TIMEOUT_MS,
          PERDURA_OUTBOX_KEEP_DAYS,
          PERDURA_OUTBOX_RENEW_MINUTES,
          PERDURA_OUTBOX_RENEW_EVENTS,
          PERDURA_JOB_HISTORY_DAYS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    return settings.get(PERDURA_OUTBOX_HANDLER_TIMEOUT_MS) < settings.get(OUTBOX_CLAIM_TIMEOUT_MS)
        ? List.of(
            PERDURA_OUTBOX_HANDLER_TIMEOUT_MS.name()
                + ": must not be less than "
                + OUTBOX_CLAIM_TIMEOUT_MS.name())
        : List.of();
  }
}
