package io.perdura.integrity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which checks a run is asked for. */
enum CheckSet {
  /** Both. */
  ALL,
  /** What one scope's rows tell. */
  SCOPE,
  /** Whether tenants are kept apart, over all scopes. */
  CROSS_TENANT;

  static final List<String> LABELS = Arrays.stream(values()).map(CheckSet::label).toList();

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static CheckSet of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  boolean asksFor(CheckSet other) {
    return this == ALL || this == other;
  }
}
