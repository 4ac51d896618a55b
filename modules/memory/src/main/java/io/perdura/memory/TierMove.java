package io.perdura.memory;

import io.perdura.kernel.Settings;
import java.util.Locale;

/** The moves between tiers that a run of the decay makes, in this order. */
enum TierMove {
  HOT_TO_WARM("hot", "warm"),
  WARM_TO_COLD("warm", "cold"),
  COLD_TO_ARCHIVE("cold", "archive"),
  BUDGET_HOT_TO_WARM("hot", "warm"),
  BUDGET_WARM_TO_COLD("warm", "cold"),
  BUDGET_HOT_TO_COLD("hot", "cold");

  /** Above every salience. */
  private static final double ANY = 1.1;

  final String from;
  final String to;

  TierMove(String from, String to) {
    this.from = from;
    this.to = to;
  }

  /** Whether it is made because there are too many nodes, and not because one fades. */
  boolean isBudget() {
    return name().startsWith("BUDGET_");
  }

  /** Only nodes of less salience are moved. */
  double below(Settings settings) {
    return switch (this) {
      case HOT_TO_WARM -> settings.get(LifecycleSettings.MEMORY_TIER_WARM_BELOW);
      case WARM_TO_COLD -> settings.get(LifecycleSettings.MEMORY_TIER_COLD_BELOW);
      case COLD_TO_ARCHIVE -> settings.get(LifecycleSettings.MEMORY_TIER_ARCHIVE_BELOW);
      default -> ANY;
    };
  }

  /** Only nodes that nobody used for longer are moved. */
  int days(Settings settings) {
    return switch (this) {
      case HOT_TO_WARM -> settings.get(LifecycleSettings.MEMORY_TIER_WARM_INACTIVE_DAYS);
      case WARM_TO_COLD -> settings.get(LifecycleSettings.MEMORY_TIER_COLD_INACTIVE_DAYS);
      case COLD_TO_ARCHIVE -> settings.get(LifecycleSettings.MEMORY_TIER_ARCHIVE_INACTIVE_DAYS);
      default -> 0;
    };
  }

  /** Key of its count in the result. */
  String key() {
    return "moved_" + name().toLowerCase(Locale.ROOT);
  }
}
