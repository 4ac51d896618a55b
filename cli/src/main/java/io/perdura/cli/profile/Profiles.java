package io.perdura.cli.profile;

import io.perdura.cli.Trouble;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The contract's profiles: throughput (17.5 of the jobs' part) and abstraction (9.5 of the policy
 * part).
 */
final class Profiles {
  /** A kind of profile; a file has at most one of each. */
  enum Kind {
    THROUGHPUT,
    ABSTRACTION
  }

  /** A named set of variables. */
  record Profile(String name, Kind kind, Map<String, String> values) {}

  private static final List<String> NAMES =
      List.of("lite", "prod", "benchmark", "conservative", "balanced", "aggressive");

  /** Name of the variable, then its value in lite, prod and benchmark. */
  private static final String[][] THROUGHPUT = {
    {"DB_POOL_MAX", "12", "60", "96"},
    {"DB_POOL_IDLE_TIMEOUT_MS", "30000", "30000", "45000"},
    {"DB_POOL_CONNECTION_TIMEOUT_MS", "5000", "3000", "2000"},
    {"API_RECALL_MAX_INFLIGHT", "64", "512", "1200"},
    {"API_RECALL_QUEUE_MAX", "1200", "20000", "50000"},
    {"API_RECALL_QUEUE_TIMEOUT_MS", "1000", "1500", "3000"},
    {"API_WRITE_MAX_INFLIGHT", "32", "192", "320"},
    {"API_WRITE_QUEUE_MAX", "600", "8000", "16000"},
    {"API_WRITE_QUEUE_TIMEOUT_MS", "1000", "1500", "2500"},
    {"RECALL_RATE_LIMIT_RPS", "8", "40", "200"},
    {"RECALL_RATE_LIMIT_BURST", "16", "80", "400"},
    {"WRITE_RATE_LIMIT_RPS", "4", "20", "80"},
    {"WRITE_RATE_LIMIT_BURST", "8", "40", "160"},
    {"WRITE_RATE_LIMIT_MAX_WAIT_MS", "120", "150", "100"},
    {"TENANT_RECALL_RATE_LIMIT_RPS", "16", "80", "400"},
    {"TENANT_RECALL_RATE_LIMIT_BURST", "32", "160", "800"},
    {"TENANT_WRITE_RATE_LIMIT_RPS", "6", "30", "120"},
    {"TENANT_WRITE_RATE_LIMIT_BURST", "12", "60", "240"},
    {"TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS", "160", "200", "120"},
    {"RECALL_TEXT_EMBED_RATE_LIMIT_RPS", "2", "12", "40"},
    {"RECALL_TEXT_EMBED_RATE_LIMIT_BURST", "4", "24", "80"},
    {"RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", "700", "500", "300"},
    {"TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_RPS", "4", "24", "80"},
    {"TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_BURST", "8", "48", "160"},
    {"TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", "800", "600", "300"},
    {"RECALL_TEXT_EMBED_BATCH_MAX_SIZE", "12", "32", "48"},
    {"RECALL_TEXT_EMBED_BATCH_MAX_WAIT_MS", "12", "10", "6"},
    {"RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT", "2", "8", "16"},
    {"RECALL_TEXT_EMBED_BATCH_QUEUE_MAX", "2000", "20000", "60000"},
    {"RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS", "3000", "4000", "6000"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_WAIT_MS", "250", "700", "1200"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_LIMIT", "10", "16", "20"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_NEIGHBORHOOD_HOPS", "1", "1", "1"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_MAX_NODES", "24", "40", "50"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_MAX_EDGES", "24", "50", "70"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_RANKED_LIMIT", "48", "90", "120"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_MIN_EDGE_WEIGHT", "0.30", "0.25", "0.2"},
    {"MEMORY_RECALL_ADAPTIVE_HARD_CAP_MIN_EDGE_CONFIDENCE", "0.30", "0.25", "0.2"},
    {"OUTBOX_POLL_INTERVAL_MS", "1200", "300", "100"},
    {"OUTBOX_BATCH_SIZE", "10", "64", "100"},
  };

  private static final Map<String, String> LITE_EXTRA =
      Map.of(
          "MEMORY_RECALL_PROFILE", "lite",
          "MEMORY_RECALL_ADAPTIVE_WAIT_MS", "120",
          "MEMORY_RECALL_ADAPTIVE_TARGET_PROFILE", "lite",
          "AUTO_TOPIC_CLUSTER_ON_WRITE", "false");

  private Profiles() {}

  static List<String> names() {
    return NAMES;
  }

  static Profile find(String name) {
    int index = NAMES.indexOf(name);
    if (index < 0) {
      throw new Trouble(
          "There is no profile " + name + "; there are " + String.join(", ", NAMES) + ".");
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (index > 2) {
      // The server knows what it stands for, so that a new release's figures apply by themselves.
      values.put("MEMORY_ABSTRACTION_POLICY_PROFILE", name);
      return new Profile(name, Kind.ABSTRACTION, values);
    }
    for (String[] row : THROUGHPUT) {
      values.put(row[0], row[index + 1]);
    }
    if (index == 0) {
      LITE_EXTRA.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    }
    return new Profile(name, Kind.THROUGHPUT, values);
  }

  /**
   * The throughput profile whose figures these are; empty when none. A server tells no settings of
   * its pool but one, so what is not told does not count against a profile.
   */
  static Optional<String> matching(Map<String, String> settings) {
    for (String name : NAMES.subList(0, 3)) {
      Map<String, String> values = find(name).values();
      boolean told =
          values.keySet().stream().filter(settings::containsKey).count() > values.size() / 2;
      boolean fits =
          values.entrySet().stream()
              .filter(entry -> settings.containsKey(entry.getKey()))
              .allMatch(entry -> same(entry.getValue(), settings.get(entry.getKey())));
      if (told && fits) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  static boolean same(String wanted, String actual) {
    if (actual == null) {
      return false;
    }
    try {
      return Double.compare(Double.parseDouble(wanted), Double.parseDouble(actual)) == 0;
    } catch (NumberFormatException e) {
      return wanted.equals(actual);
    }
  }
}
