package io.perdura.outbox;

import java.util.ArrayList;
import java.util.List;

/**
 * Which events to try again. Exactly one of {@code id}, {@code eventType} and {@code allFailed}
 * chooses them.
 *
 * @param id one event, dead or not, or null
 * @param eventType the dead letters of one type, or null
 * @param allFailed every dead letter
 * @param scope only events of this internal scope key; null = of every scope
 * @param limit events at most, 1 to {@value #MAX_LIMIT}
 * @param dryRun only tell what would be replayed
 * @param includePublished take published events as well: they are done once more
 * @param reason why, for the record; required
 */
public record ReplayRequest(
    Long id,
    String eventType,
    boolean allFailed,
    String scope,
    int limit,
    boolean dryRun,
    boolean includePublished,
    String reason) {
  public static final int DEFAULT_LIMIT = 200;
  public static final int MAX_LIMIT = 1_000;

  public ReplayRequest {
    List<String> faults = new ArrayList<>();
    int selectors = (id == null ? 0 : 1) + (eventType == null ? 0 : 1) + (allFailed ? 1 : 0);
    if (selectors != 1) {
      faults.add("exactly one of id, event-type and all-failed is required");
    }
    if (limit < 1 || limit > MAX_LIMIT) {
      faults.add("limit must be between 1 and " + MAX_LIMIT);
    }
    if (reason == null || reason.isBlank()) {
      faults.add("reason is required");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }
}
