package io.perdura.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Values that AIONIS_MODE and MEMORY_ABSTRACTION_POLICY_PROFILE give to variables that are unset or
 * blank.
 */
final class Presets {
  static final String MODE = "AIONIS_MODE";
  static final String PROFILE = "MEMORY_ABSTRACTION_POLICY_PROFILE";

  private static final Map<String, Map<String, String>> MODES =
      Map.of(
          "local",
          mode("dev", "off", "true"),
          "service",
          mode("prod", "api_key", "false"),
          "cloud",
          mode("prod", "api_key_or_jwt", "false"));

  private static final Map<String, Map<String, String>> PROFILES =
      Map.of(
          "conservative", profile("0.84", "6", "120", "3", "14", "6", "50", "8", "1400"),
          "balanced", profile("0.78", "5", "200", "5", "30", "4", "50", "12", "1800"),
          "aggressive", profile("0.72", "4", "400", "8", "45", "3", "100", "20", "2200"));

  private Presets() {}

  /** Wraps {@code source} so that a blank or unset variable takes its preset. */
  static Function<String, String> over(Function<String, String> source) {
    return name -> {
      String value = source.apply(name);
      if (value != null && !value.isBlank()) {
        return value;
      }
      String preset = preset(source, name);
      return preset == null ? value : preset;
    };
  }

  static List<String> faults(Function<String, String> lookup) {
    List<String> faults = new ArrayList<>();
    check(faults, MODE, mode(lookup), MODES);
    check(faults, PROFILE, profile(lookup), PROFILES);
    return faults;
  }

  private static void check(List<String> faults, String name, String value, Map<String, ?> known) {
    if (!known.containsKey(value)) {
      faults.add(
          name
              + ": must be one of "
              + String.join(", ", known.keySet().stream().sorted().toList()));
    }
  }

  private static String preset(Function<String, String> source, String name) {
    String value = MODES.getOrDefault(mode(source), Map.of()).get(name);
    return value != null ? value : PROFILES.getOrDefault(profile(source), Map.of()).get(name);
  }

  private static String mode(Function<String, String> source) {
    String value = source.apply(MODE);
    return value == null || value.isBlank() ? "local" : value.trim().toLowerCase(Locale.ROOT);
  }

  private static String profile(Function<String, String> source) {
    String value = source.apply(PROFILE);
    return value == null || value.isBlank() ? "balanced" : value.trim();
  }

  private static Map<String, String> mode(String env, String auth, String bypassLoopback) {
    return Map.of(
        "APP_ENV",
        env,
        "MEMORY_AUTH_MODE",
        auth,
        "RATE_LIMIT_ENABLED",
        "true",
        "RATE_LIMIT_BYPASS_LOOPBACK",
        bypassLoopback,
        "TENANT_QUOTA_ENABLED",
        "true",
        "MEMORY_RECALL_PROFILE",
        "strict_edges");
  }

  private static Map<String, String> profile(
      String similarity,
      String minEvents,
      String batch,
      String candidates,
      String lookbackDays,
      String topicMinEvents,
      String maxTopics,
      String maxEvents,
      String maxText) {
    return Map.of(
        "TOPIC_SIM_THRESHOLD", similarity,
        "TOPIC_MIN_EVENTS_PER_TOPIC", minEvents,
        "TOPIC_CLUSTER_BATCH_SIZE", batch,
        "TOPIC_MAX_CANDIDATES_PER_EVENT", candidates,
        "MEMORY_COMPRESSION_LOOKBACK_DAYS", lookbackDays,
        "MEMORY_COMPRESSION_TOPIC_MIN_EVENTS", topicMinEvents,
        "MEMORY_COMPRESSION_MAX_TOPICS_PER_RUN", maxTopics,
        "MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC", maxEvents,
        "MEMORY_COMPRESSION_MAX_TEXT_LEN", maxText);
  }
}
