package io.perdura.kernel;

/**
 * White space and length rules of stored text, with ECMAScript's notion of white space (contract,
 * section 1.13).
 */
public final class TextRules {
  private static final char ELLIPSIS = '\u2026';

  private TextRules() {}

  /**
   * Collapses runs of white space to one space, trims, and cuts to {@code maxLength} UTF-16 units
   * with an ellipsis.
   */
  public static String normalise(String text, int maxLength) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), maxLength + 1));
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        gap = true;
      } else {
        if (gap && !out.isEmpty()) {
          out.append(' ');
        }
        gap = false;
        out.append(c);
      }
    }
    if (out.length() > maxLength) {
      out.setLength(maxLength - 1);
      out.append(ELLIPSIS);
    }
    return out.toString();
  }

  /** Trims ECMAScript white space on both ends. */
  public static String trim(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  /** Returns the trimmed text, or null when it is null or blank. */
  public static String trimToNull(String text) {
    if (text == null) {
      return null;
    }
    String trimmed = trim(text);
    return trimmed.isEmpty() ? null : trimmed;
  }

  /** Tells whether ECMAScript counts {@code c} as white space. */
  public static boolean isSpace(char c) {
    return switch (c) {
      case '\t',
          '\n',
          '\u000b',
          '\f',
          '\r',
          ' ',
          '\u00a0',
          '\u1680',
          '\u2028',
          '\u2029',
          '\u202f',
          '\u205f',
          '\u3000',
          '\ufeff' ->
          true;
      default -> c >= '\u2000' && c <= '\u200a';
    };
  }
}
