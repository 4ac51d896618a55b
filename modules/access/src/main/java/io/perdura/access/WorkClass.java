package io.perdura.access;

import java.util.Locale;

/** The two kinds of work that are admitted and limited separately. */
public enum WorkClass {
  RECALL,
  WRITE;

  /** The name in error codes and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
