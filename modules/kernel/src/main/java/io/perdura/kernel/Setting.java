package io.perdura.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * One environment variable: its name, its type and range, and the value it has when unset.
 *
 * <p>Loading rules are the contract's (policy-control, section 9.1): booleans are {@code true} or
 * {@code false} in any case, and an empty text is the number 0.
 */
public final class Setting<T> {
  private final String name;
  private final T fallback;
  private final boolean secret;
  private final Function<String, T> parser;

  private Setting(String name, T fallback, boolean secret, Function<String, T> parser) {
    this.name = name;
    this.fallback = fallback;
    this.secret = secret;
    this.parser = parser;
  }

  public static Setting<Integer> integer(String name, int fallback, int min, int max) {
    return new Setting<>(
        name,
        fallback,
        false,
        text -> {
          double value = parseNumber(text);
          if (value != Math.rint(value)) {
            throw new IllegalArgumentException("must be a whole number");
          }
          return (int) checkRange(value, min, max);
        });
  }

  public static Setting<Double> number(String name, double fallback, double min, double max) {
    return new Setting<>(name, fallback, false, text -> checkRange(parseNumber(text), min, max));
  }

  public static Setting<Boolean> bool(String name, boolean fallback) {
    return new Setting<>(
        name,
        fallback,
        false,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("must be true or false");
            });
  }

  /** Non-empty text; {@code fallback} null means optional. A blank value counts as unset. */
  public static Setting<String> text(String name, String fallback) {
    return new Setting<>(name, fallback, false, text -> text.isBlank() ? fallback : text);
  }

  /** Like {@link #text}, never shown in messages, logs or diagnostics. */
  public static Setting<String> secret(String name) {
    return new Setting<>(name, null, true, text -> text.isBlank() ? null : text);
  }

  public static Setting<String> choice(String name, String fallback, String... allowed) {
    List<String> values = Arrays.asList(allowed);
    return new Setting<>(
        name,
        fallback,
        false,
        text -> {
          if (!values.contains(text)) {
            throw new IllegalArgumentException("must be one of " + String.join(", ", values));
          }
          return text;
        });
  }

  public String name() {
    return name;
  }

  /** The value when the variable is unset; null when it is optional. */
  public T fallback() {
    return fallback;
  }

  public boolean isSecret() {
    return secret;
  }

  /**
   * Parses a value that is set; throws IllegalArgumentException with a reason that never repeats a
   * secret.
   */
  T parse(String text) {
    return parser.apply(text);
  }

  private static double parseNumber(String text) {
    String trimmed = text.trim();
    if (trimmed.isEmpty()) {
      return 0;
    }
    try {
      double value = Double.parseDouble(trimmed);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a number", e);
    }
    throw new IllegalArgumentException("must be a number");
  }

  private static double checkRange(double value, double min, double max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "must be between " + EcmaNumbers.format(min) + " and " + EcmaNumbers.format(max));
    }
    return value;
  }
}
