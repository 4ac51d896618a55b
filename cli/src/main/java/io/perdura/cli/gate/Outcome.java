package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a step saw.
 *
 * @param reasons each a short code, after a colon the facts
 * @param output for the evidence, null = none
 */
public record Outcome(Status status, List<String> reasons, JsonNode output) {
  public Outcome {
    reasons = List.copyOf(reasons);
  }

  /** It is as it should be. */
  public static Outcome pass(JsonNode output) {
    return new Outcome(Status.PASS, List.of(), output);
  }

  /** It is not. */
  public static Outcome fail(JsonNode output, String... reasons) {
    return new Outcome(Status.FAIL, List.of(reasons), output);
  }

  /** It could not be looked at. */
  public static Outcome notProven(JsonNode output, String... reasons) {
    return new Outcome(Status.NOT_PROVEN, List.of(reasons), output);
  }

  /** Somebody said that it need not be looked at. */
  public static Outcome skipped(String why) {
    return new Outcome(Status.SKIPPED, List.of(why), null);
  }

  static Outcome absent(String why) {
    return new Outcome(Status.ABSENT, List.of(why), null);
  }

  /** Fails when there are reasons. */
  public static Outcome judged(JsonNode output, List<String> reasons) {
    return new Outcome(reasons.isEmpty() ? Status.PASS : Status.FAIL, reasons, output);
  }

  /** Warns when there are reasons. */
  static Outcome remarked(JsonNode output, List<String> reasons) {
    return new Outcome(reasons.isEmpty() ? Status.PASS : Status.WARN, reasons, output);
  }
}
