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

  /** Salience above which no archived node should be (jobs-gates, section 12.1). */
  public static final Setting<Double> MEMORY_TIER_COLD_BELOW =
      Setting.number("MEMORY_TIER_COLD_BELOW", 0.12, 0, 1);

  /** Hot nodes that a scope should have at most; 0 = any number. */
  public static final Setting<Integer> MEMORY_SCOPE_HOT_NODE_BUDGET =
      Setting.integer("MEMORY_SCOPE_HOT_NODE_BUDGET", 0, 0, Integer.MAX_VALUE);

  /** Hot and warm nodes that a scope should have at most; 0 = any number. */
  public static final Setting<Integer> MEMORY_SCOPE_ACTIVE_NODE_BUDGET =
      Setting.integer("MEMORY_SCOPE_ACTIVE_NODE_BUDGET", 0, 0, Integer.MAX_VALUE);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          HEALTH_GATE_CONSISTENCY_CHECK_SET,
          HEALTH_GATE_AUTO_BACKFILL,
          HEALTH_GATE_AUTO_PRIVATE_LANE_BACKFILL,
          HEALTH_GATE_RUN_EXECUTION_LOOP_GATE,
          HEALTH_GATE_RUN_POLICY_ADAPTATION_GATE,
          MEMORY_TIER_COLD_BELOW,
          MEMORY_SCOPE_HOT_NODE_BUDGET,
          MEMORY_SCOPE_ACTIVE_NODE_BUDGET);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
