package io.perdura.integrity;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Locale;

/**
 * What a check found.
 *
 * @param count bad rows; in fast mode at most one more than the sample; -1 when it could not look
 * @param note null = none
 * @param error why it could not look; null otherwise
 */
record CheckOutcome(Status status, long count, ArrayNode sample, String note, String error) {
  /** How a check ended. */
  enum Status {
    PASS,
    FAIL,
    /** It was not made: it was not asked for. */
    SKIPPED,
    /** It could not be made. */
    ERROR;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Note of a check that was not made because it belongs to another slice. */
  static final String IN_ANOTHER_SLICE = "in another slice";

  static CheckOutcome found(boolean pass, long count, ArrayNode sample, String note) {
    return new CheckOutcome(pass ? Status.PASS : Status.FAIL, count, sample, note, null);
  }

  static CheckOutcome pass(String note) {
    return found(true, 0, Jsons.array(), note);
  }

  static CheckOutcome skipped(String note) {
    return new CheckOutcome(Status.SKIPPED, 0, Jsons.array(), note, null);
  }

  static CheckOutcome error(String message) {
    return new CheckOutcome(Status.ERROR, -1, Jsons.array(), null, message);
  }

  ObjectNode json(Check check) {
    ObjectNode json =
        Jsons.object()
            .put("name", check.name())
            .put("severity", check.severity().label())
            .put("status", status.label())
            .put("count", count);
    json.set("sample", sample);
    if (note != null) {
      json.put("note", note);
    }
    if (error != null) {
      json.put("error", error);
    }
    return json.put("origin", check.own() ? "perdura" : "contract");
  }
}
