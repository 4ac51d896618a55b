package io.perdura.recall;

import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Settings of recall (policy-control, sections 9.4 and 9.6). Names starting with PERDURA_ are our
 * own.
 */
public final class RecallSettings implements SettingCatalog {
  private static final String[] PROFILES = {"legacy", "strict_edges", "quality_first", "lite"};

  public static final Setting<String> MEMORY_RECALL_PROFILE =
      Setting.choice("MEMORY_RECALL_PROFILE", "strict_edges", PROFILES);
  public static final Setting<String> MEMORY_RECALL_PROFILE_POLICY_JSON =
      Setting.text("MEMORY_RECALL_PROFILE_POLICY_JSON", "{}");

  public static final Setting<Boolean> ADAPTIVE_DOWNGRADE_ENABLED =
      Setting.bool("MEMORY_RECALL_ADAPTIVE_DOWNGRADE_ENABLED", true);

  /** Milliseconds of waiting at the in-flight gate from which on the target profile applies. */
  public static final Setting<Integer> ADAPTIVE_DOWNGRADE_WAIT_MS =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_WAIT_MS", 200, 1, 60_000);

  public static final Setting<String> ADAPTIVE_TARGET_PROFILE =
      Setting.choice("MEMORY_RECALL_ADAPTIVE_TARGET_PROFILE", "strict_edges", PROFILES);
  public static final Setting<Boolean> HARD_CAP_ENABLED =
      Setting.bool("MEMORY_RECALL_ADAPTIVE_HARD_CAP_ENABLED", true);

  /** Milliseconds of waiting at the in-flight gate from which on the hard cap applies. */
  public static final Setting<Integer> HARD_CAP_WAIT_MS =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_WAIT_MS", 600, 1, 60_000);

  public static final Setting<Integer> HARD_CAP_LIMIT =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_LIMIT", 16, 1, 200);
  public static final Setting<Integer> HARD_CAP_HOPS =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_NEIGHBORHOOD_HOPS", 1, 1, 2);
  public static final Setting<Integer> HARD_CAP_MAX_NODES =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_MAX_NODES", 40, 1, 200);
  public static final Setting<Integer> HARD_CAP_MAX_EDGES =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_MAX_EDGES", 50, 1, 100);
  public static final Setting<Integer> HARD_CAP_RANKED_LIMIT =
      Setting.integer("MEMORY_RECALL_ADAPTIVE_HARD_CAP_RANKED_LIMIT", 90, 1, 500);
  public static final Setting<Double> HARD_CAP_MIN_EDGE_WEIGHT =
      Setting.number("MEMORY_RECALL_ADAPTIVE_HARD_CAP_MIN_EDGE_WEIGHT", 0.25, 0, 1);
  public static final Setting<Double> HARD_CAP_MIN_EDGE_CONFIDENCE =
      Setting.number("MEMORY_RECALL_ADAPTIVE_HARD_CAP_MIN_EDGE_CONFIDENCE", 0.25, 0, 1);

  public static final Setting<Boolean> EXACT_FALLBACK_ON_EMPTY =
      Setting.bool("MEMORY_RECALL_STAGE1_EXACT_FALLBACK_ON_EMPTY", true);

  /** Context budget of recall_text when the request names none, in tokens; 0 = none. */
  public static final Setting<Integer> CONTEXT_TOKEN_BUDGET_DEFAULT =
      Setting.integer("MEMORY_RECALL_TEXT_CONTEXT_TOKEN_BUDGET_DEFAULT", 0, 0, 256_000);

  /** What recall_text searches with, comma separated; {@code vector} alone is the contract. */
  public static final Setting<String> PERDURA_RECALL_ARMS =
      Setting.text("PERDURA_RECALL_ARMS", "vector,lexical,entity,recency");

  /**
   * Vectors of one scope up to which its search compares all of them instead of walking the index:
   * exact, and never starved by the neighbours' vectors.
   */
  public static final Setting<Integer> PERDURA_EXACT_SCAN_LIMIT =
      Setting.integer("PERDURA_EXACT_SCAN_LIMIT", 10_000, 0, 1_000_000);

  /** Candidates an HNSW walk keeps in view: more find better and cost more. */
  public static final Setting<Integer> PERDURA_HNSW_EF_SEARCH =
      Setting.integer("PERDURA_HNSW_EF_SEARCH", 120, 10, 1000);

  /**
   * What the HNSW index holds of each vector: all of it, or the sign of each value. {@code bits}
   * finds more and is far smaller for long vectors whose values have either sign.
   */
  public static final Setting<String> PERDURA_HNSW_QUANTIZATION =
      Setting.choice("PERDURA_HNSW_QUANTIZATION", "off", "off", "bits");

  /** Rows of the recall audit that may wait for the database; further ones are dropped. */
  public static final Setting<Integer> PERDURA_RECALL_AUDIT_QUEUE =
      Setting.integer("PERDURA_RECALL_AUDIT_QUEUE", 10_000, 1, 1_000_000);

  /** Days that rows of the recall audit are kept. */
  public static final Setting<Integer> PERDURA_RECALL_AUDIT_DAYS =
      Setting.integer("PERDURA_RECALL_AUDIT_DAYS", 30, 1, 36_500);

  public static final List<Setting<?>> ALL =
      List.of(
          MEMORY_RECALL_PROFILE,
          MEMORY_RECALL_PROFILE_POLICY_JSON,
          ADAPTIVE_DOWNGRADE_ENABLED,
          ADAPTIVE_DOWNGRADE_WAIT_MS,
          ADAPTIVE_TARGET_PROFILE,
          HARD_CAP_ENABLED,
          HARD_CAP_WAIT_MS,
          HARD_CAP_LIMIT,
          HARD_CAP_HOPS,
          HARD_CAP_MAX_NODES,
          HARD_CAP_MAX_EDGES,
          HARD_CAP_RANKED_LIMIT,
          HARD_CAP_MIN_EDGE_WEIGHT,
          HARD_CAP_MIN_EDGE_CONFIDENCE,
          EXACT_FALLBACK_ON_EMPTY,
          CONTEXT_TOKEN_BUDGET_DEFAULT,
          PERDURA_RECALL_ARMS,
          PERDURA_EXACT_SCAN_LIMIT,
          PERDURA_HNSW_EF_SEARCH,
          PERDURA_HNSW_QUANTIZATION,
          PERDURA_RECALL_AUDIT_QUEUE,
          PERDURA_RECALL_AUDIT_DAYS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    collect(
        faults,
        MEMORY_RECALL_PROFILE_POLICY_JSON,
        () -> ProfilePolicy.parse(settings.get(MEMORY_RECALL_PROFILE_POLICY_JSON)));
    collect(faults, PERDURA_RECALL_ARMS, () -> Arm.parse(settings.get(PERDURA_RECALL_ARMS)));
    if (settings.get(CoreSettings.PERDURA_CANDIDATE_INDEX).equals("lucene")
        && !settings.get(CoreSettings.PERDURA_ROLE).equals("all")) {
      faults.add(
          "PERDURA_CANDIDATE_INDEX: lucene serves PERDURA_ROLE all only; an api or worker server"
              + " needs a database with pgvector");
    }
    return faults;
  }

  /** The hard cap as knobs. */
  static Knobs hardCap(Settings settings) {
    return new Knobs(
        settings.get(HARD_CAP_LIMIT),
        settings.get(HARD_CAP_HOPS),
        settings.get(HARD_CAP_MAX_NODES),
        settings.get(HARD_CAP_MAX_EDGES),
        settings.get(HARD_CAP_RANKED_LIMIT),
        settings.get(HARD_CAP_MIN_EDGE_WEIGHT),
        settings.get(HARD_CAP_MIN_EDGE_CONFIDENCE));
  }

  static boolean isProfile(String name) {
    return Arrays.asList(PROFILES).contains(name);
  }

  private static void collect(List<String> faults, Setting<?> setting, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      faults.add(setting.name() + ": " + e.getMessage());
    }
  }
}
