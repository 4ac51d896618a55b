package io.perdura.policy;

import java.text.Normalizer;
import java.util.Comparator;

/**
 * The order in which an ECMAScript engine sorts text by default: punctuation, symbols, digits,
 * letters, without regard to case and accents unless nothing else differs (root collation of the
 * Unicode CLDR, for which Java has no class: its own ignores spaces and hyphens).
 *
 * <p>Exact for ASCII; letters of other scripts follow in the order of their code points.
 */
final class RootOrder implements Comparator<String> {
  static final RootOrder INSTANCE = new RootOrder();

  private static final String FIRST =
      "\t\n\u000b\f\r\u0085\u2028\u2029 _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";

  private RootOrder() {}

  @Override
  public int compare(String a, String b) {
    int order = byLetters(bare(a), bare(b));
    if (order == 0) {
      order = accents(a).compareTo(accents(b));
    }
    if (order == 0) {
      order = byCase(a, b);
    }
    return order == 0 ? a.compareTo(b) : order;
  }

  /** The text without accents. */
  private static String bare(String text) {
    return isAscii(text) ? text : decomposed(text).replaceAll("\\p{M}", "");
  }

  private static String accents(String text) {
    return isAscii(text) ? "" : decomposed(text).replaceAll("\\P{M}", "");
  }

  private static String decomposed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  private static int byLetters(String a, String b) {
    int[] left = a.codePoints().toArray();
    int[] right = b.codePoints().toArray();
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order = Integer.compare(weight(left[i]), weight(right[i]));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  private static int weight(int codePoint) {
    int place = FIRST.indexOf(codePoint);
    return place >= 0 ? place : FIRST.length() + Character.toLowerCase(codePoint);
  }

  /** Small letters first. */
  private static int byCase(String a, String b) {
    for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
      boolean upperA = Character.isUpperCase(a.charAt(i));
      if (upperA != Character.isUpperCase(b.charAt(i))) {
        return upperA ? 1 : -1;
      }
    }
    return 0;
  }
}
