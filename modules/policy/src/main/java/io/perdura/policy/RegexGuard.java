package io.perdura.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Which patterns {@code $regex} takes (contract, section 6.2). The engine below is linear whatever
 * it is given; the guard stays so that the same patterns are refused everywhere.
 */
final class RegexGuard {
  private static final int LONGEST = 256;
  private static final int MOST_GROUPS = 32;
  private static final int MOST_QUANTIFIERS = 24;
  private static final Pattern BACK_REFERENCE = Pattern.compile("\\\\(?:[1-9]|k<)");
  private static final Pattern LOOK_AROUND = Pattern.compile("\\(\\?<?[=!]");
  private static final char BLANK = ' ';

  private final String pattern;
  private final Deque<Frame> open = new ArrayDeque<>();
  private Frame top = new Frame();
  private int groups;
  private int quantifiers;

  private RegexGuard(String pattern) {
    this.pattern = pattern;
  }

  /** What was seen inside a group. */
  private static final class Frame {
    private boolean quantified;
    private boolean alternatives;
  }

  static boolean accepts(String pattern) {
    if (pattern.isEmpty()
        || pattern.length() > LONGEST
        || BACK_REFERENCE.matcher(pattern).find()
        || LOOK_AROUND.matcher(pattern).find()) {
      return false;
    }
    String bare = blanked(pattern);
    return wildRuns(bare) < 2 && new RegexGuard(bare).scan();
  }

  /** Returns the pattern with escapes and what is inside of classes as blanks. */
  private static String blanked(String pattern) {
    char[] out = pattern.toCharArray();
    boolean inClass = false;
    for (int i = 0; i < out.length; i++) {
      char c = out[i];
      if (c == '\\') {
        out[i] = BLANK;
        if (i + 1 < out.length) {
          out[++i] = BLANK;
        }
      } else if (inClass) {
        inClass = c != ']';
        out[i] = c == ']' ? c : BLANK;
      } else {
        inClass = c == '[';
      }
    }
    return new String(out);
  }

  /** Counts {@code .*} and {@code .+}. */
  private static int wildRuns(String bare) {
    int runs = 0;
    for (int i = 0; i + 1 < bare.length(); i++) {
      char next = bare.charAt(i + 1);
      if (bare.charAt(i) == '.' && (next == '*' || next == '+')) {
        runs++;
      }
    }
    return runs;
  }

  private boolean scan() {
    for (int i = 0; i < pattern.length(); i++) {
      switch (pattern.charAt(i)) {
        case '(' -> {
          groups++;
          open.push(top);
          top = new Frame();
        }
        case ')' -> {
          if (!close(i + 1 < pattern.length() ? pattern.charAt(i + 1) : BLANK)) {
            return false;
          }
        }
        case '|' -> top.alternatives = true;
        case '*', '+', '?' -> quantified();
        case '{' -> {
          i = pattern.indexOf('}', i);
          if (i < 0) {
            return false;
          }
          quantified();
        }
        default -> {} // no meaning for the guard
      }
    }
    return groups <= MOST_GROUPS && quantifiers <= MOST_QUANTIFIERS;
  }

  private void quantified() {
    quantifiers++;
    top.quantified = true;
  }

  /** Ends a group; false when what follows repeats more than a repeated group may bear. */
  private boolean close(char next) {
    if (open.isEmpty()) {
      return true; // no regular expression at all: the compiler says so
    }
    boolean repeated = next == '*' || next == '+' || next == '{';
    if ((top.quantified && (repeated || next == '?')) || (top.alternatives && repeated)) {
      return false;
    }
    Frame outer = open.pop();
    outer.quantified |= top.quantified;
    outer.alternatives |= top.alternatives;
    top = outer;
    return true;
  }
}
