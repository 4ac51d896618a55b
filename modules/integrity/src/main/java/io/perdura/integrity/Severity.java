package io.perdura.integrity;

import java.util.Locale;

/** How bad it is when a check finds something. */
enum Severity {
  ERROR,
  WARNING;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
