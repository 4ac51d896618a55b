package io.perdura.recall;

import io.perdura.kernel.TextRules;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** One way of finding memory by a text query. */
enum Arm {
  /** Nearness of meaning: the candidate index. */
  VECTOR,
  /** Words in common, rare ones counting more: BM25 over PostgreSQL full text. */
  LEXICAL,
  /** Entities, topics and concepts that the query names, and what hangs on them. */
  ENTITY,
  /** What was written last. */
  RECENCY;

  /** Returns the lower-case name used in settings, answers and metrics. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a comma separated list.
   *
   * @throws IllegalArgumentException when a name is unknown or none is given
   */
  static Set<Arm> parse(String list) {
    Set<Arm> arms = EnumSet.noneOf(Arm.class);
    for (String part : list.split(",")) {
      String name = TextRules.trim(part);
      if (!name.isEmpty()) {
        arms.add(byLabel(name));
      }
    }
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("must name at least one of " + names());
    }
    return arms;
  }

  private static Arm byLabel(String label) {
    for (Arm arm : values()) {
      if (arm.label().equals(label)) {
        return arm;
      }
    }
    throw new IllegalArgumentException("knows only " + names());
  }

  private static String names() {
    return "vector, lexical, entity, recency";
  }
}
