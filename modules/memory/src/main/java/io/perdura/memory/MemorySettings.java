package io.perdura.memory;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Settings of writing, topic clustering and erasure. Names starting with PERDURA_ are our own. */
public final class MemorySettings implements SettingCatalog {
  /** Whether an edge may join nodes of different scopes of one tenant. */
  public static final Setting<Boolean> ALLOW_CROSS_SCOPE_EDGES =
      Setting.bool("ALLOW_CROSS_SCOPE_EDGES", false);

  public static final Setting<Boolean> AUTO_TOPIC_CLUSTER_ON_WRITE =
      Setting.bool("AUTO_TOPIC_CLUSTER_ON_WRITE", true);
  public static final Setting<Boolean> TOPIC_CLUSTER_ASYNC_ON_WRITE =
      Setting.bool("TOPIC_CLUSTER_ASYNC_ON_WRITE", true);

  /** Cosine similarity from which on an event joins a topic. */
  public static final Setting<Double> TOPIC_SIM_THRESHOLD =
      Setting.number("TOPIC_SIM_THRESHOLD", 0.78, -1, 1);

  /** Members that turn a draft topic into an active one. */
  public static final Setting<Integer> TOPIC_MIN_EVENTS_PER_TOPIC =
      Setting.integer("TOPIC_MIN_EVENTS_PER_TOPIC", 5, 1, Integer.MAX_VALUE);

  public static final Setting<Integer> TOPIC_CLUSTER_BATCH_SIZE =
      Setting.integer("TOPIC_CLUSTER_BATCH_SIZE", 200, 1, 1000);
  public static final Setting<Integer> TOPIC_MAX_CANDIDATES_PER_EVENT =
      Setting.integer("TOPIC_MAX_CANDIDATES_PER_EVENT", 5, 1, 50);
  public static final Setting<String> TOPIC_CLUSTER_STRATEGY =
      Setting.choice("TOPIC_CLUSTER_STRATEGY", "online_knn", "online_knn", "offline_hdbscan");

  /** Milliseconds for which a server remembers which generation of vectors serves a scope. */
  public static final Setting<Integer> PERDURA_GENERATION_CACHE_MS =
      Setting.integer("PERDURA_GENERATION_CACHE_MS", 2_000, 0, 60_000);

  /** Rows that one transaction of a large erasure removes. */
  public static final Setting<Integer> PERDURA_ERASE_CHUNK =
      Setting.integer("PERDURA_ERASE_CHUNK", 2_000, 1, 100_000);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          ALLOW_CROSS_SCOPE_EDGES,
          AUTO_TOPIC_CLUSTER_ON_WRITE,
          TOPIC_CLUSTER_ASYNC_ON_WRITE,
          TOPIC_SIM_THRESHOLD,
          TOPIC_MIN_EVENTS_PER_TOPIC,
          TOPIC_CLUSTER_BATCH_SIZE,
          TOPIC_MAX_CANDIDATES_PER_EVENT,
          TOPIC_CLUSTER_STRATEGY,
          PERDURA_GENERATION_CACHE_MS,
          PERDURA_ERASE_CHUNK);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }
}
