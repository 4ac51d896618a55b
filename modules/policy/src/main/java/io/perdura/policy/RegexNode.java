package io.perdura.policy;

import java.util.List;

/** A regular expression as a tree. */
sealed interface RegexNode {
  /** One UTF-16 unit of a set. */
  record One(CharRanges set) implements RegexNode {}

  /** A condition on the place, taking nothing. */
  record At(Place place) implements RegexNode {}

  /** All parts, one after the other. */
  record Sequence(List<RegexNode> parts) implements RegexNode {}

  /** Any one of the alternatives; at least one. */
  record Choice(List<RegexNode> alternatives) implements RegexNode {}

  /** {@code min} to {@code max} times. */
  record Repeat(RegexNode node, int min, int max) implements RegexNode {
    static final int UNBOUNDED = -1;
  }

  /** Places that an expression can ask for. */
  enum Place {
    START,
    END,
    WORD_EDGE,
    NO_WORD_EDGE;

    boolean holds(String text, int at) {
      return switch (this) {
        case START -> at == 0;
        case END -> at == text.length();
        case WORD_EDGE -> isWord(text, at - 1) != isWord(text, at);
        case NO_WORD_EDGE -> isWord(text, at - 1) == isWord(text, at);
      };
    }

    private static boolean isWord(String text, int at) {
      return at >= 0 && at < text.length() && CharRanges.WORD.contains(text.charAt(at));
    }
  }
}
