package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Setting;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Compares what two nodes say, word by word, with lists of words that an operator may replace. */
final class ConsolidationWords {
  private static final int MAX_TEXT = 1_200;
  private static final Pattern GAPS = Pattern.compile("[^\\p{L}\\p{Nd}]+");
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s,]+");

  private final Set<String> positive;
  private final Set<String> negative;
  private final Set<String> negation;
  private final Set<String> stop;

  ConsolidationWords(Settings settings) {
    positive = words(settings, LifecycleSettings.PERDURA_CONSOLIDATION_POSITIVE_WORDS);
    negative = words(settings, LifecycleSettings.PERDURA_CONSOLIDATION_NEGATIVE_WORDS);
    negation = words(settings, LifecycleSettings.PERDURA_CONSOLIDATION_NEGATION_WORDS);
    stop = words(settings, LifecycleSettings.PERDURA_CONSOLIDATION_STOP_WORDS);
  }

  private static Set<String> words(Settings settings, Setting<String> list) {
    return Set.of(
        BETWEEN_WORDS
            .splitAsStream(settings.get(list).toLowerCase(Locale.ROOT).trim())
            .distinct()
            .toArray(String[]::new));
  }

  /**
   * Whether, and in which way, two texts contradict each other.
   *
   * @param kind null when they do not
   */
  record Conflict(String kind, double score, List<String> reasons, Set<String> shared) {
    boolean detected() {
      return kind != null;
    }

    ObjectNode json() {
      ObjectNode json = Jsons.object().put("detected", detected()).put("kind", kind);
      Numbers.put(json, "score", score);
      reasons.forEach(json.putArray("reasons")::add);
      shared.forEach(json.putArray("shared_content_tokens")::add);
      return json;
    }
  }

  /** The words of a node's title and summary; runs of at least two letters or digits. */
  static Set<String> tokens(String title, String summary) {
    String text = (title == null ? "" : title) + " " + (summary == null ? "" : summary);
    String cut = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    Set<String> tokens = new TreeSet<>();
    GAPS.splitAsStream(cut.toLowerCase(Locale.ROOT))
        .filter(word -> word.length() >= 2)
        .forEach(tokens::add);
    return tokens;
  }

  static Set<String> shared(Set<String> a, Set<String> b) {
    Set<String> shared = new TreeSet<>(a);
    shared.retainAll(b);
    return shared;
  }

  /** Jaccard: shared words of all words; 0 where there are none. */
  static double similarity(Set<String> a, Set<String> b) {
    int shared = shared(a, b).size();
    int all = a.size() + b.size() - shared;
    return all == 0 ? 0 : (double) shared / all;
  }

  Conflict conflict(Set<String> a, Set<String> b, int minShared, double negationMin) {
    Set<String> shared = shared(content(a), content(b));
    List<String> reasons = new ArrayList<>();
    boolean opposed =
        (has(a, positive) && (has(b, negative) || has(b, negation)))
            || (has(b, positive) && (has(a, negative) || has(a, negation)));
    if (opposed && shared.size() >= minShared) {
      reasons.add("one text has a word of consent, the other one of refusal");
      return new Conflict("polarity_opposition", 1, reasons, shared);
    }
    boolean oneNegated = has(a, negation) != has(b, negation);
    if (oneNegated && shared.size() >= minShared && similarity(a, b) >= negationMin) {
      reasons.add("one text is negated, the other is not");
      return new Conflict("negation_mismatch", 0.85, reasons, shared);
    }
    return new Conflict(null, 0, reasons, shared);
  }

  private Set<String> content(Set<String> tokens) {
    Set<String> content = new HashSet<>(tokens);
    List.of(positive, negative, negation, stop).forEach(content::removeAll);
    return content;
  }

  private static boolean has(Set<String> tokens, Set<String> words) {
    return tokens.stream().anyMatch(words::contains);
  }
}
