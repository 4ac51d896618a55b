package io.perdura.kernel;

/**
 * White space and length rules of stored text, with ECMAScript's notion of white space (contract,
 * section 1.13).
 */
public final class TextRules {
  private static final char ELLIPSIS = '\u2026';
  private static final char REPLACEMENT = '\ufffd';

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

  /**
   * Replaces each lone surrogate by U+FFFD, as every UTF-8 encoder of a browser does; such a unit
   * is no character and cannot be stored.
   */
  public static String wellFormed(String text) {
    int i = firstLoneSurrogate(text, 0);
    if (i < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text);
    while (i >= 0) {
      out.setCharAt(i, REPLACEMENT);
      i = firstLoneSurrogate(text, i + 1);
    }
    return out.toString();
  }

  private static int firstLoneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return i;
      }
    }
    return -1;
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
