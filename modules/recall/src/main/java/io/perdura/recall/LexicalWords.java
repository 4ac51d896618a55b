package io.perdura.recall;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.perdura.kernel.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Turns a query into lexemes exactly as PostgreSQL turned the nodes' texts into them: word by word,
 * asked once and remembered, so that a query of known words costs no round trip.
 */
final class LexicalWords {
  /** Words of a query that count; a longer one is cut. */
  private static final int MOST_WORDS = 256;

  private static final int LONGEST_WORD = 200;
  private static final int REMEMBERED = 50_000;
  private static final String ASK =
      """
      select w.at, array_to_string(tsvector_to_array(to_tsvector('english', w.word)), ' ')
      from unnest(?::text[]) with ordinality as w(word, at)
      """;

  private final Database database;
  private final Cache<String, List<String>> lexemes =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  LexicalWords(Database database) {
    this.database = database;
  }

  /** Returns the distinct lexemes of {@code query}, none for stop words and punctuation. */
  Set<String> lexemes(String query) {
    List<String> words = words(query);
    List<String> unknown =
        words.stream().filter(word -> lexemes.getIfPresent(word) == null).distinct().toList();
    if (!unknown.isEmpty()) {
      List<List<String>> answers = ask(unknown);
      for (int i = 0; i < unknown.size(); i++) {
        lexemes.put(unknown.get(i), answers.get(i));
      }
    }
    Set<String> found = new LinkedHashSet<>();
    for (String word : words) {
      List<String> known = lexemes.getIfPresent(word);
      found.addAll(known == null ? ask(List.of(word)).getFirst() : known);
    }
    return found;
  }

  /** Tells whether the lexemes of {@code query} are all remembered. */
  boolean knows(String query) {
    return words(query).stream().allMatch(word -> lexemes.getIfPresent(word) != null);
  }

  /** Tells whether a word of a query asked before has no lexeme; false for words not known. */
  boolean isStopWord(String word) {
    List<String> known = lexemes.getIfPresent(word.toLowerCase(Locale.ROOT));
    return known != null && known.isEmpty();
  }

  private List<List<String>> ask(List<String> words) {
    return database.read(
        "lexemes of a query",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(ASK)) {
            statement.setArray(1, connection.createArrayOf("text", words.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
              return read(rows, words.size());
            }
          }
        });
  }

  private static List<List<String>> read(ResultSet rows, int count) throws SQLException {
    List<List<String>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(List.of());
    }
    while (rows.next()) {
      String joined = rows.getString(2);
      if (!joined.isEmpty()) {
        answers.set(rows.getInt(1) - 1, List.of(joined.split(" ")));
      }
    }
    return answers;
  }

  /** The query's words in lower case without the punctuation around them. */
  static List<String> words(String query) {
    List<String> words = new ArrayList<>();
    for (String part : query.toLowerCase(Locale.ROOT).split("\\s+")) {
      String word = trim(part);
      if (!word.isEmpty() && word.length() <= LONGEST_WORD && word.indexOf('\0') < 0) {
        words.add(word);
      }
      if (words.size() == MOST_WORDS) {
        break;
      }
    }
    return words;
  }

  private static String trim(String word) {
    int from = 0;
    int to = word.length();
    while (from < to && !Character.isLetterOrDigit(word.codePointAt(from))) {
      from += Character.charCount(word.codePointAt(from));
    }
    while (to > from && !Character.isLetterOrDigit(word.codePointBefore(to))) {
      to -= Character.charCount(word.codePointBefore(to));
    }
    return word.substring(from, to);
  }
}
