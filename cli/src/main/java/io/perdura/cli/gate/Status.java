package io.perdura.cli.gate;

import java.util.Locale;

/** What became of a step. */
public enum Status {
  PASS,
  /** Something is not well, and it does not decide. */
  WARN,
  FAIL,
  /** Nobody could look; that is never a pass. */
  NOT_PROVEN,
  /** Nobody asked for it. */
  SKIPPED,
  /** The release's own manifest says that it is not in it. */
  ABSENT;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isNegative() {
    return this == FAIL || this == NOT_PROVEN;
  }

  int exitCode() {
    return switch (this) {
      case FAIL -> 2;
      case NOT_PROVEN -> 1;
      default -> 0;
    };
  }
}
