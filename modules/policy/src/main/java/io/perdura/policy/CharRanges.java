package io.perdura.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of UTF-16 units.
 *
 * @param bounds first and last unit of each range, one after the other
 * @param negated the set is everything else
 */
record CharRanges(List<CharRanges> parts, char[] bounds, boolean negated) {
  static final CharRanges DIGIT = of("09");
  static final CharRanges WORD = of("09AZ__az");
  static final CharRanges SPACE =
      of(
          "\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff");

  /** What a dot takes: everything but line ends. */
  static final CharRanges NO_LINE_END = of("\n\n\r\r\u2028\u2029").not();

  static CharRanges of(String bounds) {
    return new CharRanges(List.of(), bounds.toCharArray(), false);
  }

  static CharRanges one(char c) {
    return new CharRanges(List.of(), new char[] {c, c}, false);
  }

  /** The set of everything that is in one of {@code parts}. */
  static CharRanges union(List<CharRanges> parts) {
    return new CharRanges(new ArrayList<>(parts), new char[0], false);
  }

  CharRanges not() {
    return new CharRanges(parts, bounds, !negated);
  }

  boolean contains(char c) {
    return has(c) != negated;
  }

  private boolean has(char c) {
    for (int i = 0; i < bounds.length; i += 2) {
      if (c >= bounds[i] && c <= bounds[i + 1]) {
        return true;
      }
    }
    for (CharRanges part : parts) {
      if (part.contains(c)) {
        return true;
      }
    }
    return false;
  }
}
