package io.perdura.policy;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Settings of the policy loop. All are our own: the contract has none. */
public final class PolicySettings implements SettingCatalog {
  /**
   * Roles that may change a rule's state, comma separated; unset: every caller may, as in Aionis.
   */
  public static final Setting<String> PERDURA_RULE_STATE_ROLES =
      Setting.text("PERDURA_RULE_STATE_ROLES", null);

  /** Whether private rules are hidden as well from a context that names neither agent nor team. */
  public static final Setting<Boolean> PERDURA_RULE_LANES_ALWAYS =
      Setting.bool("PERDURA_RULE_LANES_ALWAYS", false);

  /** Whether several operators in one object must all hold; without, such an object never does. */
  public static final Setting<Boolean> PERDURA_RULE_MULTI_OPERATORS =
      Setting.bool("PERDURA_RULE_MULTI_OPERATORS", false);

  /** Net feedback that counts at most in a rule's score, either way; 0 = all of it. */
  public static final Setting<Integer> PERDURA_RULE_EVIDENCE_LIMIT =
      Setting.integer("PERDURA_RULE_EVIDENCE_LIMIT", 0, 0, 1_000_000);

  /** Compiled rules that a server keeps in memory, about 3 KB each. */
  public static final Setting<Integer> PERDURA_RULE_CACHE_RULES =
      Setting.integer("PERDURA_RULE_CACHE_RULES", 50_000, 0, 10_000_000);

  /** Days for which decisions and single feedbacks are kept; 0 = for ever. */
  public static final Setting<Integer> PERDURA_POLICY_KEEP_DAYS =
      Setting.integer("PERDURA_POLICY_KEEP_DAYS", 90, 0, 36_500);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          PERDURA_RULE_STATE_ROLES,
          PERDURA_RULE_LANES_ALWAYS,
          PERDURA_RULE_MULTI_OPERATORS,
          PERDURA_RULE_EVIDENCE_LIMIT,
          PERDURA_RULE_CACHE_RULES,
          PERDURA_POLICY_KEEP_DAYS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
