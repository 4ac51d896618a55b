package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.time.Duration;

/**
 * What became of one event. Stored in the transaction of the handler's effects; {@code
 * payloadMerge} is a JSON object whose keys are written over those of the stored payload.
 */
public sealed interface EventOutcome {
  /** Keys to write over the payload's; an empty object changes nothing. */
  JsonNode payloadMerge();

  /** The work is done, or need not be done: the event is published. */
  record Done(JsonNode payloadMerge) implements EventOutcome {
    public Done() {
      this(Jsons.object());
    }
  }

  /**
   * The work may succeed later: the event comes back after a pause that grows with its attempts and
   * depends on the class, or is dead-lettered when its attempts are used up.
   *
   * @param failureClass one of {@link FailureClass}; any other text pauses as {@code unknown}
   * @param error for the person on call; cut to 2,000 characters
   * @param retryAfter the pause that the other side asked for, null when it did not; never shortens
   *     ours
   */
  record Retry(String failureClass, String error, Duration retryAfter, JsonNode payloadMerge)
      implements EventOutcome {
    public Retry(String failureClass, String error) {
      this(failureClass, error, null, Jsons.object());
    }

    public Retry(String failureClass, String error, Duration retryAfter) {
      this(failureClass, error, retryAfter, Jsons.object());
    }
  }

  /** The work can never succeed as it is: the event is dead-lettered until somebody replays it. */
  record Dead(String failureClass, String reason, JsonNode payloadMerge) implements EventOutcome {
    public Dead(String failureClass, String reason) {
      this(failureClass, reason, Jsons.object());
    }
  }
}
