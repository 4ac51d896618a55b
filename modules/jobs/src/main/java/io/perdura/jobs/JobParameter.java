package io.perdura.jobs;

import java.util.List;
import java.util.Objects;

/**
 * A parameter of a job.
 *
 * @param name as operators write it, without dashes in front
 * @param fallback the value when it is not given, null = none
 * @param min least value of a number
 * @param max greatest value of a number
 * @param choices the only texts allowed, empty = any
 * @param purpose one sentence for the help
 */
public record JobParameter(
    String name,
    Kind kind,
    String fallback,
    double min,
    double max,
    List<String> choices,
    String purpose) {
  /** What its text must be. */
  public enum Kind {
    TEXT,
    NUMBER,
    RATIO,
    FLAG,
    CHOICE
  }

  private static final int LONGEST = 250;

  public JobParameter {
    Objects.requireNonNull(name, "name");
    choices = List.copyOf(choices);
  }

  /** Any text of 1 to 250 characters. */
  public static JobParameter text(String name, String fallback, String purpose) {
    return new JobParameter(name, Kind.TEXT, fallback, 0, 0, List.of(), purpose);
  }

  /** {@code true} or {@code false}; false when it is not given. */
  public static JobParameter flag(String name, String purpose) {
    return flag(name, false, purpose);
  }

  /** {@code true} or {@code false}. */
  public static JobParameter flag(String name, boolean fallback, String purpose) {
    return new JobParameter(name, Kind.FLAG, Boolean.toString(fallback), 0, 0, List.of(), purpose);
  }

  /**
   * A whole number.
   *
   * @param fallback null = none
   */
  public static JobParameter number(
      String name, Long fallback, long min, long max, String purpose) {
    String text = fallback == null ? null : fallback.toString();
    return new JobParameter(name, Kind.NUMBER, text, min, max, List.of(), purpose);
  }

  /** A number with a fraction. */
  public static JobParameter ratio(
      String name, double fallback, double min, double max, String purpose) {
    return new JobParameter(
        name, Kind.RATIO, Double.toString(fallback), min, max, List.of(), purpose);
  }

  /**
   * One of {@code choices}.
   *
   * @param fallback null = none
   */
  public static JobParameter choice(
      String name, String fallback, List<String> choices, String purpose) {
    return new JobParameter(name, Kind.CHOICE, fallback, 0, 0, choices, purpose);
  }

  /** Returns what is wrong with {@code value}, null when nothing is. */
  String fault(String value) {
    return switch (kind) {
      case TEXT ->
          value.isBlank() || value.length() > LONGEST
              ? name + " must be 1 to " + LONGEST + " characters"
              : null;
      case FLAG ->
          value.equals("true") || value.equals("false") ? null : name + " must be true or false";
      case CHOICE ->
          choices.contains(value) ? null : name + " must be one of " + String.join(", ", choices);
      case NUMBER -> wholeNumberFault(value);
      case RATIO -> ratioFault(value);
    };
  }

  private String wholeNumberFault(String value) {
    try {
      long number = Long.parseLong(value);
      return number < min || number > max
          ? name + " must be between " + (long) min + " and " + (long) max
          : null;
    } catch (NumberFormatException e) {
      return name + " must be a whole number";
    }
  }

  private String ratioFault(String value) {
    try {
      double number = Double.parseDouble(value);
      return number >= min && number <= max
          ? null
          : name + " must be between " + min + " and " + max;
    } catch (NumberFormatException e) {
      return name + " must be a number";
    }
  }
}
