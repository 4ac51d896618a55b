package io.perdura.cli.gate;

import java.time.Duration;
import java.util.Locale;

/**
 * One look that a gate takes.
 *
 * @param name in summaries; its raw output is named after it
 * @param always whether it is taken after a failed probe too: it cleans up
 */
public record Step(String name, Kind kind, Duration limit, boolean always, Look look) {
  private static final Duration USUAL = Duration.ofMinutes(2);

  /** How much a step decides. */
  public enum Kind {
    /** Without it there is nothing to look at: the steps after it are not taken. */
    PROBE,
    BLOCKING,
    /** Only remarked on, whether its verdict is negative or it could not be taken at all. */
    ADVISORY;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The looking itself; what it throws means that it could not look. */
  public interface Look {
    Outcome look() throws Exception;
  }

  /** Without it there is nothing to look at. */
  public static Step probe(String name, Look look) {
    return new Step(name, Kind.PROBE, USUAL, false, look);
  }

  /** Decides. */
  public static Step blocking(String name, Look look) {
    return new Step(name, Kind.BLOCKING, USUAL, false, look);
  }

  static Step advisory(String name, Look look) {
    return new Step(name, Kind.ADVISORY, USUAL, false, look);
  }

  /** A step whose mode the operator chose: {@code blocking} or {@code non_blocking}. */
  static Step ofMode(Mode mode, String name, Look look) {
    return mode == Mode.BLOCKING ? blocking(name, look) : advisory(name, look);
  }

  /** The same with another time limit. */
  public Step within(Duration time) {
    return new Step(name, kind, time, always, look);
  }

  Step evenAfterFailure() {
    return new Step(name, kind, limit, true, look);
  }

  Step inGroup(String group) {
    return new Step(group + "." + name, kind, limit, always, look);
  }

  /** What an operator writes. */
  public enum Mode {
    BLOCKING,
    NON_BLOCKING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
