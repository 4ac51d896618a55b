package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.time.Duration;

/**
 * What is stored of an event's outcome: a retry whose attempts are used up has become a dead
 * letter.
 *
 * @param failureClass null when the event is done
 * @param reason why it is dead, else null
 * @param error what went wrong last, null when the event is done
 */
record Verdict(
    ClaimedEvent event,
    Kind kind,
    JsonNode merge,
    String failureClass,
    String reason,
    String error,
    Duration pause) {
  static final String MAX_ATTEMPTS_EXCEEDED = "max_attempts_exceeded";
  private static final int LONGEST_ERROR = 2_000;
  private static final int LONGEST_REASON = 200;

  /** State of the event afterwards. */
  enum Kind {
    DONE("done"),
    RETRY("retry"),
    DEAD("dead");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  static Verdict of(ClaimedEvent event, EventOutcome outcome, Backoff backoff, int maxAttempts) {
    JsonNode merge = outcome.payloadMerge();
    return switch (outcome) {
      case EventOutcome.Done done ->
          new Verdict(event, Kind.DONE, merge, null, null, null, Duration.ZERO);
      case EventOutcome.Dead dead ->
          dead(event, merge, dead.failureClass(), dead.reason(), dead.reason());
      case EventOutcome.Retry retry when event.attempts() >= maxAttempts ->
          dead(event, merge, retry.failureClass(), MAX_ATTEMPTS_EXCEEDED, retry.error());
      case EventOutcome.Retry retry ->
          new Verdict(
              event,
              Kind.RETRY,
              merge,
              retry.failureClass(),
              null,
              storable(retry.error(), LONGEST_ERROR),
              backoff.pause(retry.failureClass(), event.attempts(), retry.retryAfter()));
    };
  }

  private static Verdict dead(
      ClaimedEvent event, JsonNode merge, String failureClass, String reason, String error) {
    return new Verdict(
        event,
        Kind.DEAD,
        merge,
        failureClass,
        storable(reason, LONGEST_REASON),
        storable(error, LONGEST_ERROR),
        Duration.ZERO);
  }

  /** The element of the parameter of {@link SettleSql#SETTLE}. */
  ObjectNode row(String worker) {
    ObjectNode row =
        Jsons.object()
            .put("id", event.id())
            .put("fence", event.fence())
            .put("worker", worker)
            .put("verdict", kind.text)
            .put("failure_class", failureClass)
            .put("reason", reason)
            .put("error", error)
            .put("pause_ms", pause.toMillis());
    row.set("merge", merge);
    return row;
  }

  /** PostgreSQL stores no NUL, and a message without end helps nobody. */
  private static String storable(String text, int longest) {
    if (text == null) {
      return "";
    }
    String clean = text.replace('\0', ' ');
    return clean.length() <= longest ? clean : clean.substring(0, longest - 1) + "…";
  }
}
