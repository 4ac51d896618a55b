package io.perdura.benchmarks;

import io.perdura.kernel.StableIds;
import java.util.UUID;

/**
 * One tenant's seeded memory: topics, and events that belong to them in turn.
 *
 * @param scopeKey what the scope columns hold
 * @param number keeps the tenants' vectors apart
 */
record Tenant(String tenantId, String scope, String scopeKey, int number, int events) {
  private static final int TOPIC_STRIDE = 1_000_000;
  private static final long EVENT_STRIDE = 1_000_000_000L;

  static final String SCOPE = "perf";

  static Tenant large(int events) {
    return new Tenant("default", SCOPE, SCOPE, 0, events);
  }

  static Tenant small(int events) {
    return new Tenant("small", SCOPE, "tenant:small::scope:" + SCOPE, 1, events);
  }

  /** As the contract's performance kit: one for a hundred events, at least 50, at most 5,000. */
  int topics() {
    return Math.max(50, Math.min(5000, events / 100));
  }

  /** The topic of an event; both count from zero. */
  int topicOf(int event) {
    return event % topics();
  }

  UUID topicId(int topic) {
    return StableIds.uuid(scopeKey + ":node:perf-topic-" + topic);
  }

  UUID eventId(int event) {
    return StableIds.uuid(scopeKey + ":node:perf-event-" + event);
  }

  float[] topicVector(Dataset dataset, int topic) {
    return dataset.topic(number * TOPIC_STRIDE + topic);
  }

  float[] eventVector(Dataset dataset, int event) {
    return dataset.event(number * TOPIC_STRIDE + topicOf(event), number * EVENT_STRIDE + event);
  }

  float[] queryVector(Dataset dataset, int query) {
    int event = Math.floorMod(query * 7919, events);
    return dataset.query(
        number * TOPIC_STRIDE + topicOf(event),
        number * EVENT_STRIDE + event,
        number * EVENT_STRIDE + query);
  }
}
