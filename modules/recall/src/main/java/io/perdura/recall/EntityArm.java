package io.perdura.recall;

import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What a query may be naming: every run of up to four words of it is looked up as the title, and as
 * the client id, of an entity, topic or concept.
 *
 * @param titles possible titles in lower case, cut as the index cuts them
 * @param ids ids of nodes with a possible client id
 */
record EntityArm(List<String> titles, List<UUID> ids) {
  /** Nothing named. */
  static final EntityArm NOBODY = new EntityArm(List.of(), List.of());

  private static final int LONGEST_RUN = 4;
  private static final int MOST_WORDS = 32;

  /** Characters of a title that its index holds. */
  private static final int INDEXED = 120;

  /**
   * Reads a query.
   *
   * @param stopWord tells words that no name begins or ends with
   */
  static EntityArm mentionedIn(String query, ScopeKey scope, Predicate<String> stopWord) {
    List<String> words = new ArrayList<>();
    for (String part : query.split("\\s+")) {
      String word = bare(part);
      if (!word.isEmpty() && words.size() < MOST_WORDS) {
        words.add(word);
      }
    }
    Set<String> runs = new LinkedHashSet<>();
    for (int from = 0; from < words.size(); from++) {
      for (int to = from + 1; to <= Math.min(words.size(), from + LONGEST_RUN); to++) {
        if (!stopWord.test(words.get(from)) && !stopWord.test(words.get(to - 1))) {
          runs.add(String.join(" ", words.subList(from, to)));
        }
      }
    }
    Set<String> titles = new LinkedHashSet<>();
    Set<UUID> ids = new LinkedHashSet<>();
    for (String run : runs) {
      titles.add(cut(run.toLowerCase(Locale.ROOT)));
      ids.add(StableIds.uuid(scope.key() + ":node:" + run));
    }
    return new EntityArm(List.copyOf(titles), List.copyOf(ids));
  }

  /** Takes off the punctuation around a word and the {@code 's} behind it. */
  private static String bare(String part) {
    int from = 0;
    int to = part.length();
    while (from < to && isPunctuation(part.charAt(from))) {
      from++;
    }
    while (to > from && isPunctuation(part.charAt(to - 1))) {
      to--;
    }
    String word = TextRules.trim(part.substring(from, to)).replace("\0", "");
    boolean genitive = word.endsWith("'s") || word.endsWith("\u2019s");
    return genitive ? word.substring(0, word.length() - 2) : word;
  }

  private static boolean isPunctuation(char c) {
    return ".,;:!?\"'()[]{}<>\u2019\u2018\u201c\u201d".indexOf(c) >= 0;
  }

  private static String cut(String title) {
    int end =
        title.offsetByCodePoints(0, Math.min(INDEXED, title.codePointCount(0, title.length())));
    return title.substring(0, end);
  }
}
