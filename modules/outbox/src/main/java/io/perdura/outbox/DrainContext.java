package io.perdura.outbox;

import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the workers of one server share. */
record DrainContext(
    OutboxStore store,
    Map<String, OutboxHandler> handlers,
    Settings settings,
    Backoff backoff,
    OutboxMeter meter,
    Leases leases,
    Signal work) {

  OutboxHandler handler(String eventType) {
    return handlers.get(eventType);
  }

  int batchSize() {
    return settings.get(OutboxSettings.OUTBOX_BATCH_SIZE);
  }

  int maxAttempts() {
    return settings.get(OutboxSettings.OUTBOX_MAX_ATTEMPTS);
  }

  long leaseMillis() {
    return settings.get(OutboxSettings.OUTBOX_CLAIM_TIMEOUT_MS);
  }

  long pollMillis() {
    return settings.get(OutboxSettings.OUTBOX_POLL_INTERVAL_MS);
  }

  List<Verdict> verdicts(List<ClaimedEvent> events, List<EventOutcome> outcomes) {
    if (outcomes.size() != events.size()) {
      throw new IllegalStateException(
          "the handler returned " + outcomes.size() + " outcomes for " + events.size() + " events");
    }
    List<Verdict> verdicts = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      verdicts.add(Verdict.of(events.get(i), outcomes.get(i), backoff, maxAttempts()));
    }
    return verdicts;
  }
}
