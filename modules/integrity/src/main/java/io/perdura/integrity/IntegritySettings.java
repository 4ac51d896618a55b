package io.perdura.integrity;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Defaults of the health gate (jobs-gates, section 5.1). */
public final class IntegritySettings implements SettingCatalog {
  public static final Setting<String> HEALTH_GATE_CONSISTENCY_CHECK_SET =
      Setting.choice(
          "HEALTH_GATE_CONSISTENCY_CHECK_SET", "all", CheckSet.LABELS.toArray(String[]::new));

  public static final Setting<Boolean> HEALTH_GATE_AUTO_BACKFILL =
      Setting.bool("HEALTH_GATE_AUTO_BACKFILL", false);

  public static final Setting<Boolean> HEALTH_GATE_AUTO_PRIVATE_LANE_BACKFILL =
      Setting.bool("HEALTH_GATE_AUTO_PRIVATE_LANE_BACKFILL", false);

  public static final Setting<Boolean> HEALTH_GATE_RUN_EXECUTION_LOOP_GATE =
      Setting.bool("HEALTH_GATE_RUN_EXECUTION_LOOP_GATE", false);

  public static final Setting<Boolean> HEALTH_GATE_RUN_POLICY_ADAPTATION_GATE =
      Setting.bool("HEALTH_GATE_RUN_POLICY_ADAPTATION_GATE", false);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          HEALTH_GATE_CONSISTENCY_CHECK_SET,
          HEALTH_GATE_AUTO_BACKFILL,
          HEALTH_GATE_AUTO_PRIVATE_LANE_BACKFILL,
          HEALTH_GATE_RUN_EXECUTION_LOOP_GATE,
          HEALTH_GATE_RUN_POLICY_ADAPTATION_GATE);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
