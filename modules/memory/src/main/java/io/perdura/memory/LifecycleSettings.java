package io.perdura.memory;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Settings of the jobs that age, sum up and merge memory. No request reads them. */
public final class LifecycleSettings implements SettingCatalog {
  /** Part of its salience that a node keeps each day. */
  public static final Setting<Double> MEMORY_SALIENCE_DECAY_FACTOR =
      Setting.number("MEMORY_SALIENCE_DECAY_FACTOR", 0.995, 0.9, 1);

  public static final Setting<Double> MEMORY_TIER_WARM_BELOW =
      Setting.number("MEMORY_TIER_WARM_BELOW", 0.35, 0, 1);
  public static final Setting<Double> MEMORY_TIER_COLD_BELOW =
      Setting.number("MEMORY_TIER_COLD_BELOW", 0.12, 0, 1);
  public static final Setting<Double> MEMORY_TIER_ARCHIVE_BELOW =
      Setting.number("MEMORY_TIER_ARCHIVE_BELOW", 0.03, 0, 1);
  public static final Setting<Integer> MEMORY_TIER_WARM_INACTIVE_DAYS =
      Setting.integer("MEMORY_TIER_WARM_INACTIVE_DAYS", 14, 1, 36_500);
  public static final Setting<Integer> MEMORY_TIER_COLD_INACTIVE_DAYS =
      Setting.integer("MEMORY_TIER_COLD_INACTIVE_DAYS", 45, 1, 36_500);
  public static final Setting<Integer> MEMORY_TIER_ARCHIVE_INACTIVE_DAYS =
      Setting.integer("MEMORY_TIER_ARCHIVE_INACTIVE_DAYS", 120, 1, 36_500);

  /** Part of a scope's nodes that may change their tier within 24 hours. */
  public static final Setting<Double> MEMORY_TIER_MAX_DAILY_MUTATION_RATIO =
      Setting.number("MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", 0.05, 0.001, 1);

  /** Hot nodes of a scope beyond which the least salient become warm; 0 = any number. */
  public static final Setting<Integer> MEMORY_SCOPE_HOT_NODE_BUDGET =
      Setting.integer("MEMORY_SCOPE_HOT_NODE_BUDGET", 0, 0, Integer.MAX_VALUE);

  /** The same for hot and warm nodes together, which become cold. */
  public static final Setting<Integer> MEMORY_SCOPE_ACTIVE_NODE_BUDGET =
      Setting.integer("MEMORY_SCOPE_ACTIVE_NODE_BUDGET", 0, 0, Integer.MAX_VALUE);

  public static final Setting<Boolean> MEMORY_ADAPTIVE_DECAY_ENABLED =
      Setting.bool("MEMORY_ADAPTIVE_DECAY_ENABLED", true);
  public static final Setting<Integer> MEMORY_ADAPTIVE_RECENT_DAYS =
      Setting.integer("MEMORY_ADAPTIVE_RECENT_DAYS", 7, 1, 36_500);
  public static final Setting<Double> MEMORY_ADAPTIVE_RECENT_SCALE =
      Setting.number("MEMORY_ADAPTIVE_RECENT_SCALE", 0.6, 0.1, 2);
  public static final Setting<Double> MEMORY_ADAPTIVE_FEEDBACK_POS_STRENGTH =
      Setting.number("MEMORY_ADAPTIVE_FEEDBACK_POS_STRENGTH", 0.5, 0, 1);
  public static final Setting<Double> MEMORY_ADAPTIVE_FEEDBACK_NEG_STRENGTH =
      Setting.number("MEMORY_ADAPTIVE_FEEDBACK_NEG_STRENGTH", 1, 0, 2);
  public static final Setting<Double> MEMORY_ADAPTIVE_DECAY_SCALE_MIN =
      Setting.number("MEMORY_ADAPTIVE_DECAY_SCALE_MIN", 0.25, 0.1, 1);
  public static final Setting<Double> MEMORY_ADAPTIVE_DECAY_SCALE_MAX =
      Setting.number("MEMORY_ADAPTIVE_DECAY_SCALE_MAX", 2, 1, 3);

  public static final Setting<Integer> MEMORY_COMPRESSION_LOOKBACK_DAYS =
      Setting.integer("MEMORY_COMPRESSION_LOOKBACK_DAYS", 30, 1, 36_500);
  public static final Setting<Integer> MEMORY_COMPRESSION_TOPIC_MIN_EVENTS =
      Setting.integer("MEMORY_COMPRESSION_TOPIC_MIN_EVENTS", 4, 1, 1_000_000);
  public static final Setting<Integer> MEMORY_COMPRESSION_MAX_TOPICS_PER_RUN =
      Setting.integer("MEMORY_COMPRESSION_MAX_TOPICS_PER_RUN", 50, 1, 500);
  public static final Setting<Integer> MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC =
      Setting.integer("MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC", 12, 1, 100);
  public static final Setting<Integer> MEMORY_COMPRESSION_MAX_TEXT_LEN =
      Setting.integer("MEMORY_COMPRESSION_MAX_TEXT_LEN", 1_800, 1, 1_000_000);

  public static final Setting<Double> MEMORY_CONSOLIDATION_MIN_VECTOR_SIM =
      Setting.number("MEMORY_CONSOLIDATION_MIN_VECTOR_SIM", 0.86, 0, 1);
  public static final Setting<Double> MEMORY_CONSOLIDATION_MIN_SCORE =
      Setting.number("MEMORY_CONSOLIDATION_MIN_SCORE", 0.82, 0, 1);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_MAX_ANCHORS =
      Setting.integer("MEMORY_CONSOLIDATION_MAX_ANCHORS", 300, 1, 2_000);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_NEIGHBORS_PER_NODE =
      Setting.integer("MEMORY_CONSOLIDATION_NEIGHBORS_PER_NODE", 8, 1, 50);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_MAX_PAIRS =
      Setting.integer("MEMORY_CONSOLIDATION_MAX_PAIRS", 200, 1, 2_000);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_REDIRECT_MAX_ALIASES =
      Setting.integer("MEMORY_CONSOLIDATION_REDIRECT_MAX_ALIASES", 200, 1, 5_000);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_REDIRECT_MAX_EDGES_PER_ALIAS =
      Setting.integer("MEMORY_CONSOLIDATION_REDIRECT_MAX_EDGES_PER_ALIAS", 2_000, 1, 20_000);
  public static final Setting<Boolean> MEMORY_CONSOLIDATION_BLOCK_CONTRADICTORY =
      Setting.bool("MEMORY_CONSOLIDATION_BLOCK_CONTRADICTORY", true);
  public static final Setting<Integer> MEMORY_CONSOLIDATION_CONFLICT_MIN_SHARED_TOKENS =
      Setting.integer("MEMORY_CONSOLIDATION_CONFLICT_MIN_SHARED_TOKENS", 1, 1, 8);
  public static final Setting<Double> MEMORY_CONSOLIDATION_CONFLICT_NEGATION_LEXICAL_MIN =
      Setting.number("MEMORY_CONSOLIDATION_CONFLICT_NEGATION_LEXICAL_MIN", 0.5, 0, 1);

  /** Words by which two texts are found to say the opposite of each other. */
  public static final Setting<String> PERDURA_CONSOLIDATION_POSITIVE_WORDS =
      Setting.text(
          "PERDURA_CONSOLIDATION_POSITIVE_WORDS",
          "accept accepted allow allowed always enable enabled include included must open public required sync true with");

  public static final Setting<String> PERDURA_CONSOLIDATION_NEGATIVE_WORDS =
      Setting.text(
          "PERDURA_CONSOLIDATION_NEGATIVE_WORDS",
          "async ban blocked close closed denied deny disable disabled exclude excluded false forbid forbidden never"
              + " optional private reject rejected without");
  public static final Setting<String> PERDURA_CONSOLIDATION_NEGATION_WORDS =
      Setting.text(
          "PERDURA_CONSOLIDATION_NEGATION_WORDS",
          "arent cannot cant denied deny disable disabled dont exclude excluded isnt never no none not without wont");
  public static final Setting<String> PERDURA_CONSOLIDATION_STOP_WORDS =
      Setting.text(
          "PERDURA_CONSOLIDATION_STOP_WORDS",
          "a an and are as at be by for from in is it of on or that the these this those to");

  /** Every setting of the jobs. */
  public static final List<Setting<?>> ALL =
      List.of(
          MEMORY_SALIENCE_DECAY_FACTOR,
          MEMORY_TIER_WARM_BELOW,
          MEMORY_TIER_COLD_BELOW,
          MEMORY_TIER_ARCHIVE_BELOW,
          MEMORY_TIER_WARM_INACTIVE_DAYS,
          MEMORY_TIER_COLD_INACTIVE_DAYS,
          MEMORY_TIER_ARCHIVE_INACTIVE_DAYS,
          MEMORY_TIER_MAX_DAILY_MUTATION_RATIO,
          MEMORY_SCOPE_HOT_NODE_BUDGET,
          MEMORY_SCOPE_ACTIVE_NODE_BUDGET,
          MEMORY_ADAPTIVE_DECAY_ENABLED,
          MEMORY_ADAPTIVE_RECENT_DAYS,
          MEMORY_ADAPTIVE_RECENT_SCALE,
          MEMORY_ADAPTIVE_FEEDBACK_POS_STRENGTH,
          MEMORY_ADAPTIVE_FEEDBACK_NEG_STRENGTH,
          MEMORY_ADAPTIVE_DECAY_SCALE_MIN,
          MEMORY_ADAPTIVE_DECAY_SCALE_MAX,
          MEMORY_COMPRESSION_LOOKBACK_DAYS,
          MEMORY_COMPRESSION_TOPIC_MIN_EVENTS,
          MEMORY_COMPRESSION_MAX_TOPICS_PER_RUN,
          MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC,
          MEMORY_COMPRESSION_MAX_TEXT_LEN,
          MEMORY_CONSOLIDATION_MIN_VECTOR_SIM,
          MEMORY_CONSOLIDATION_MIN_SCORE,
          MEMORY_CONSOLIDATION_MAX_ANCHORS,
          MEMORY_CONSOLIDATION_NEIGHBORS_PER_NODE,
          MEMORY_CONSOLIDATION_MAX_PAIRS,
          MEMORY_CONSOLIDATION_REDIRECT_MAX_ALIASES,
          MEMORY_CONSOLIDATION_REDIRECT_MAX_EDGES_PER_ALIAS,
          MEMORY_CONSOLIDATION_BLOCK_CONTRADICTORY,
          MEMORY_CONSOLIDATION_CONFLICT_MIN_SHARED_TOKENS,
          MEMORY_CONSOLIDATION_CONFLICT_NEGATION_LEXICAL_MIN,
          PERDURA_CONSOLIDATION_POSITIVE_WORDS,
          PERDURA_CONSOLIDATION_NEGATIVE_WORDS,
          PERDURA_CONSOLIDATION_NEGATION_WORDS,
          PERDURA_CONSOLIDATION_STOP_WORDS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
