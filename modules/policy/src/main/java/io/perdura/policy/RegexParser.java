package io.perdura.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads ECMAScript's syntax as engines read it without the u flag (its Annex B included). */
final class RegexParser {
  private static final Pattern BRACES = Pattern.compile("\\{([0-9]+)(,([0-9]*))?\\}");
  private static final Pattern GROUP_NAME = Pattern.compile("\\?<([A-Za-z_$][A-Za-z0-9_$]*)>");

  /** Repetitions beyond this make any program too large. */
  private static final int MANY = 1_000_000;

  private final String pattern;
  private final Set<String> groupNames = new HashSet<>();
  private int at;

  RegexParser(String pattern) {
    this.pattern = pattern;
  }

  RegexNode parse() {
    RegexNode root = choice();
    if (at < pattern.length()) {
      throw new RegexSyntaxException("unmatched )");
    }
    return root;
  }

  private RegexNode choice() {
    List<RegexNode> alternatives = new ArrayList<>();
    alternatives.add(sequence());
    while (accept('|')) {
      alternatives.add(sequence());
    }
    return new RegexNode.Choice(alternatives);
  }

  private RegexNode sequence() {
    List<RegexNode> parts = new ArrayList<>();
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      parts.add(repeated(atom()));
    }
    return new RegexNode.Sequence(parts);
  }

  private RegexNode atom() {
    char c = pattern.charAt(at++);
    return switch (c) {
      case '^' -> new RegexNode.At(RegexNode.Place.START);
      case '$' -> new RegexNode.At(RegexNode.Place.END);
      case '.' -> new RegexNode.One(CharRanges.NO_LINE_END);
      case '[' -> new RegexNode.One(characterClass());
      case '(' -> group();
      case '*', '+', '?' -> throw nothingToRepeat();
      case '\\' -> escape();
      case '{' -> {
        if (braces(at - 1) != null) {
          throw nothingToRepeat();
        }
        yield new RegexNode.One(CharRanges.one(c));
      }
      default -> new RegexNode.One(CharRanges.one(c));
    };
  }

  private static RegexSyntaxException nothingToRepeat() {
    return new RegexSyntaxException("nothing to repeat");
  }

  private RegexNode group() {
    if (accept('?') && !accept(':')) {
      Matcher name = GROUP_NAME.matcher(pattern).region(at - 1, pattern.length());
      if (!name.lookingAt() || !groupNames.add(name.group(1))) {
        throw new RegexSyntaxException("invalid group");
      }
      at = name.end();
    }
    RegexNode inner = choice();
    if (!accept(')')) {
      throw new RegexSyntaxException("unterminated group");
    }
    return inner;
  }

  private RegexNode escape() {
    if (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == 'b' || c == 'B') {
        at++;
        return new RegexNode.At(
            c == 'b' ? RegexNode.Place.WORD_EDGE : RegexNode.Place.NO_WORD_EDGE);
      }
    }
    return new RegexNode.One(escaped());
  }

  /** Reads what follows a backslash, in a class or not. */
  private CharRanges escaped() {
    if (at >= pattern.length()) {
      throw new RegexSyntaxException("\\ at end of pattern");
    }
    char c = pattern.charAt(at++);
    return switch (c) {
      case 'd' -> CharRanges.DIGIT;
      case 'D' -> CharRanges.DIGIT.not();
      case 's' -> CharRanges.SPACE;
      case 'S' -> CharRanges.SPACE.not();
      case 'w' -> CharRanges.WORD;
      case 'W' -> CharRanges.WORD.not();
      case 't' -> CharRanges.one('\t');
      case 'n' -> CharRanges.one('\n');
      case 'v' -> CharRanges.one('\u000b');
      case 'f' -> CharRanges.one('\f');
      case 'r' -> CharRanges.one('\r');
      case 'x' -> CharRanges.one(hex(2, c));
      case 'u' -> CharRanges.one(hex(4, c));
      case 'c' -> CharRanges.one(control());
      case '0', '1', '2', '3', '4', '5', '6', '7' -> CharRanges.one(octal());
      default -> CharRanges.one(c);
    };
  }

  private char hex(int digits, char otherwise) {
    int end = at + digits;
    if (end > pattern.length()) {
      return otherwise;
    }
    int value = 0;
    for (int i = at; i < end; i++) {
      int digit = Character.digit(pattern.charAt(i), 16);
      if (digit < 0 || pattern.charAt(i) > 'f') {
        return otherwise;
      }
      value = 16 * value + digit;
    }
    at = end;
    return (char) value;
  }

  private char control() {
    boolean letter =
        at < pattern.length() && pattern.charAt(at) < 128 && Character.isLetter(pattern.charAt(at));
    if (!letter) {
      at--;
      return '\\';
    }
    return (char) (pattern.charAt(at++) % 32);
  }

  private char octal() {
    int value = 0;
    int from = --at;
    while (at < pattern.length()
        && at < from + 3
        && pattern.charAt(at) >= '0'
        && pattern.charAt(at) <= '7'
        && 8 * value + (pattern.charAt(at) - '0') <= 255) {
      value = 8 * value + (pattern.charAt(at++) - '0');
    }
    return (char) value;
  }

  private CharRanges characterClass() {
    boolean negated = accept('^');
    List<CharRanges> parts = new ArrayList<>();
    while (!accept(']')) {
      CharRanges from = classAtom();
      boolean range =
          at + 1 < pattern.length() && pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']';
      if (range) {
        at++;
        parts.add(range(from, classAtom()));
      } else {
        parts.add(from);
      }
    }
    CharRanges set = CharRanges.union(parts);
    return negated ? set.not() : set;
  }

  private CharRanges classAtom() {
    if (at >= pattern.length()) {
      throw new RegexSyntaxException("unterminated character class");
    }
    char c = pattern.charAt(at++);
    if (c != '\\') {
      return CharRanges.one(c);
    }
    return accept('b') ? CharRanges.one('\b') : escaped();
  }

  private static CharRanges range(CharRanges from, CharRanges to) {
    if (!isOne(from) || !isOne(to)) {
      return CharRanges.union(List.of(from, CharRanges.one('-'), to));
    }
    if (from.bounds()[0] > to.bounds()[0]) {
      throw new RegexSyntaxException("range out of order in character class");
    }
    return CharRanges.of(new String(new char[] {from.bounds()[0], to.bounds()[0]}));
  }

  private static boolean isOne(CharRanges set) {
    return !set.negated() && set.bounds().length == 2 && set.bounds()[0] == set.bounds()[1];
  }

  private RegexNode repeated(RegexNode atom) {
    if (at >= pattern.length()) {
      return atom;
    }
    int min = 0;
    int max = RegexNode.Repeat.UNBOUNDED;
    Matcher braces = null;
    switch (pattern.charAt(at)) {
      case '*' -> at++;
      case '+' -> {
        at++;
        min = 1;
      }
      case '?' -> {
        at++;
        max = 1;
      }
      default -> {
        braces = braces(at);
        if (braces == null) {
          return atom;
        }
        at = braces.end();
        min = count(braces.group(1));
        max = braces.group(2) == null ? min : most(braces.group(3));
      }
    }
    boolean ordered = max == RegexNode.Repeat.UNBOUNDED || min <= max;
    if (atom instanceof RegexNode.At || !ordered) {
      throw new RegexSyntaxException("invalid repetition");
    }
    accept('?'); // whether it takes little or much decides nothing about being found
    return new RegexNode.Repeat(atom, min, max);
  }

  private Matcher braces(int from) {
    Matcher braces = BRACES.matcher(pattern).region(from, pattern.length());
    return braces.lookingAt() ? braces : null;
  }

  private static int most(String digits) {
    return digits.isEmpty() ? RegexNode.Repeat.UNBOUNDED : count(digits);
  }

  private static int count(String digits) {
    return digits.length() > 6 ? MANY : Integer.parseInt(digits);
  }

  private boolean accept(char c) {
    if (at < pattern.length() && pattern.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }
}
