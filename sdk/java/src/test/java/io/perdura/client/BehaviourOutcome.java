package io.perdura.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What came of a scenario's call, beside what was expected of it. */
final class BehaviourOutcome {
  static final Set<String> KEYS =
      Set.of(
          "outcome",
          "status",
          "code",
          "retry_after",
          "issues",
          "attempts",
          "stored_nodes",
          "same_idempotency_key",
          "same_request_id",
          "items",
          "min_elapsed_ms",
          "max_elapsed_ms");

  private final String word;
  private final Integer attempts;
  private final String requestId;
  private final ApiException refusal;
  private final List<String> items;
  private long millis;

  private BehaviourOutcome(
      String word, Integer attempts, String requestId, ApiException refusal, List<String> items) {
    this.word = word;
    this.attempts = attempts;
    this.requestId = requestId;
    this.refusal = refusal;
    this.items = items;
  }

  static BehaviourOutcome result(Result<?> result) {
    return new BehaviourOutcome("ok", result.attempts(), result.requestId(), null, null);
  }

  static BehaviourOutcome items(List<String> ids) {
    return new BehaviourOutcome("ok", null, null, null, ids);
  }

  static BehaviourOutcome cancelled() {
    return new BehaviourOutcome("cancelled", null, null, null, null);
  }

  static BehaviourOutcome failure(PerduraException failure) {
    String word =
        failure instanceof ApiException
            ? "api_error"
            : failure instanceof NetworkException
                ? "network_error"
                : failure instanceof CallTimeoutException ? "timeout" : "malformed";
    return new BehaviourOutcome(
        word,
        failure.attempts(),
        failure.requestId(),
        failure instanceof ApiException ? (ApiException) failure : null,
        null);
  }

  void took(Duration time) {
    millis = time.toMillis();
  }

  void compare(JsonNode expect, JsonNode log, List<String> faults) {
    equal("outcome", expect, word, faults);
    equal("status", expect, refusal == null ? null : refusal.status(), faults);
    equal("code", expect, refusal == null ? null : refusal.code(), faults);
    equal(
        "retry_after",
        expect,
        refusal == null ? null : refusal.retryAfter().map(Duration::getSeconds).orElse(null),
        faults);
    equal("attempts", expect, log.size(), faults);
    if (attempts != null) {
      equal("attempts", expect, attempts, faults);
    }
    equal("items", expect, items == null ? null : new HashSet<>(items).size(), faults);
    if (items != null && new HashSet<>(items).size() != items.size()) {
      faults.add("a thing came twice: " + items);
    }
    int issues = expect.path("issues").asInt();
    if (issues > 0
        && (refusal == null
            || refusal.issues().size() < issues
            || refusal.issues().get(0).message().isEmpty())) {
      faults.add("issues are " + (refusal == null ? "none" : refusal.issues()));
    }
    if (millis < expect.path("min_elapsed_ms").asLong()
        || millis > expect.path("max_elapsed_ms").asLong(Long.MAX_VALUE)) {
      faults.add("took " + millis + " ms");
    }
    if (expect.path("same_idempotency_key").asBoolean()) {
      one("idempotency-key", log, faults);
    }
    if (expect.path("same_request_id").asBoolean()
        && !one("x-request-id", log, faults).equals(requestId)) {
      faults.add("the caller is told the request id " + requestId);
    }
  }

  private static void equal(String name, JsonNode expect, Object found, List<String> faults) {
    if (expect.has(name) && !expect.get(name).asText().equals(String.valueOf(found))) {
      faults.add(name + " is " + found);
    }
  }

  /** The header that all attempts share. */
  private static String one(String header, JsonNode log, List<String> faults) {
    Set<String> values = new HashSet<>();
    log.forEach(request -> values.add(request.path("headers").path(header).asText()));
    if (values.size() != 1 || values.contains("")) {
      faults.add(header + " of the attempts: " + values);
      return "";
    }
    return values.iterator().next();
  }
}
