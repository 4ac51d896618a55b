package io.perdura.batch;

/**
 * A parameter of a job.
 *
 * @param fallback the value when it is not given, null = none
 * @param min least value of a number
 * @param max greatest value of a number
 */
record JobParameter(String name, Kind kind, String fallback, long min, long max) {
  /** What its text must be. */
  enum Kind {
    TEXT,
    NUMBER,
    FLAG
  }

  private static final int LONGEST = 250;

  static JobParameter text(String name) {
    return new JobParameter(name, Kind.TEXT, null, 0, 0);
  }

  static JobParameter flag(String name) {
    return new JobParameter(name, Kind.FLAG, "false", 0, 0);
  }

  static JobParameter number(String name, String fallback, long min, long max) {
    return new JobParameter(name, Kind.NUMBER, fallback, min, max);
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
      case NUMBER -> numberFault(value);
    };
  }

  private String numberFault(String value) {
    try {
      long number = Long.parseLong(value);
      return number < min || number > max ? name + " must be between " + min + " and " + max : null;
    } catch (NumberFormatException e) {
      return name + " must be a whole number";
    }
  }
}
