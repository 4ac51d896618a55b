package io.perdura.jobs;

import java.util.Map;
import java.util.Optional;

/** The complete, checked parameters of one run: defaults are filled in. */
public record JobParameters(Map<String, String> values) {
  public JobParameters {
    values = Map.copyOf(values);
  }

  /** The text of a parameter; empty when it was not given and has no default. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * The text of a parameter that is given or has a default.
   *
   * @throws IllegalArgumentException when it has neither
   */
  public String required(String name) {
    return text(name).orElseThrow(() -> new IllegalArgumentException(name + " is required"));
  }

  /** A whole number that is given or has a default. */
  public long number(String name) {
    return Long.parseLong(required(name));
  }

  /** A number with a fraction that is given or has a default. */
  public double ratio(String name) {
    return Double.parseDouble(required(name));
  }

  /** Whether a flag is set. */
  public boolean flag(String name) {
    return Boolean.parseBoolean(values.get(name));
  }
}
