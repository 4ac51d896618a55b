package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/** How feedback changes a node's slots (contract, section 9). */
final class Feedback {
  private static final double MEMORY = 0.8;
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?");

  private Feedback() {}

  /** Returns a copy of {@code slots} with the outcome counted in. */
  static ObjectNode apply(ObjectNode slots, ActivateRequest request, String now) {
    ObjectNode result = slots.deepCopy();
    long positive = count(slots.get("feedback_positive"));
    long negative = count(slots.get("feedback_negative"));
    double quality = quality(slots.get("feedback_quality"));
    switch (request.outcome) {
      case "positive" -> {
        positive++;
        quality = mix(quality, 1);
      }
      case "negative" -> {
        negative++;
        quality = mix(quality, -1);
      }
      default -> {} // neutral changes neither
    }
    result.put("feedback_positive", positive).put("feedback_negative", negative);
    Numbers.put(result, "feedback_quality", quality);
    return result
        .put("last_feedback_outcome", request.outcome)
        .put("last_feedback_at", now)
        .put("last_feedback_run_id", request.runId)
        .put("last_feedback_reason", request.reason)
        .put("last_feedback_input_sha256", request.selection.inputSha);
  }

  private static double mix(double old, int outcome) {
    double mixed = Math.clamp(MEMORY * old + (1 - MEMORY) * outcome, -1.0, 1.0);
    return Math.round(mixed * 10_000) / 10_000.0;
  }

  private static long count(JsonNode value) {
    if (value == null) {
      return 0;
    }
    if (value.isNumber()) {
      double number = value.doubleValue();
      return number >= 0 && number == Math.rint(number) && number < 1e15 ? (long) number : 0;
    }
    return value.isTextual() && DIGITS.matcher(value.textValue()).matches()
        ? Long.parseLong(value.textValue())
        : 0;
  }

  private static double quality(JsonNode value) {
    if (value == null) {
      return 0;
    }
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return value.isTextual() && DECIMAL.matcher(value.textValue()).matches()
        ? Double.parseDouble(value.textValue())
        : 0;
  }
}
