package io.perdura.recall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which nodes are read and scored for a query's words, so that the best ones are among them and
 * their number stays bounded however large the scope.
 *
 * <p>Rare words decide a BM25 ranking: all nodes that have one are read, from the rarest word on,
 * as long as the budget lasts. Of the words that are left, nodes that have two together are read,
 * rarest pairs first. A query of nothing but common words, of which even the pairs are common, is
 * answered from the newest nodes.
 *
 * @param query tsquery of the nodes to read, null when there is none
 * @param anyWord tsquery of nodes that have any of the words, inside or outside the scope
 * @param common true when all words are so common that the newest nodes are read for them
 * @param lexemes the words that count, rarest first
 * @param weights what each of those words counts for, by what is known before the search
 * @param counted words of which every node is read, so that the search knows their frequency
 */
record LexicalPlan(
    String query,
    String anyWord,
    boolean common,
    List<String> lexemes,
    List<Double> weights,
    Set<String> counted) {
  /** Nodes worth reading for one query. */
  static final int BUDGET = 150;

  /** Rows read at most, where the estimates were wrong. */
  static final int MOST_ROWS = 4 * BUDGET;

  /** Words of a query that count, rarest first. */
  static final int MOST_TERMS = 24;

  private static final int MOST_PAIRS = 12;

  /** No words, nothing to read. */
  static final LexicalPlan NOTHING =
      new LexicalPlan(null, null, false, List.of(), List.of(), Set.of());

  private record Term(String lexeme, double df) {}

  private record Pair(Term one, Term other, double df) {}

  static LexicalPlan of(String scopeKey, Set<String> lexemes, LexicalStatistics.Scope scope) {
    if (lexemes.isEmpty()) {
      return NOTHING;
    }
    List<Term> terms =
        lexemes.stream()
            .map(lexeme -> new Term(lexeme, expected(lexeme, scope)))
            .sorted(Comparator.comparingDouble(Term::df).thenComparing(Term::lexeme))
            .limit(MOST_TERMS)
            .toList();
    List<String> words = terms.stream().map(Term::lexeme).toList();
    double nodes = Math.max(1, scope.nodes());
    List<Double> weights =
        terms.stream().map(term -> Bm25.idf(nodes, Math.min(nodes, term.df()))).toList();
    List<String> clauses = new ArrayList<>();
    Set<String> counted = new HashSet<>();
    List<Term> left = new ArrayList<>();
    double spent = 0;
    for (Term term : terms) {
      boolean whole = scope.nodes() <= BUDGET || spent + term.df() <= BUDGET;
      if (whole && left.isEmpty()) {
        spent += term.df();
        clauses.add(quote(term.lexeme()));
        counted.add(term.lexeme());
      } else {
        left.add(term);
      }
    }
    addPairs(clauses, left, scope.nodes(), BUDGET - spent);
    String any = String.join(" | ", words.stream().map(LexicalPlan::quote).toList());
    if (clauses.isEmpty()) {
      return new LexicalPlan(null, any, true, words, weights, counted);
    }
    String query = quote("scope:" + scopeKey) + " & (" + String.join(" | ", clauses) + ")";
    return new LexicalPlan(query, any, false, words, weights, counted);
  }

  /** A word that the sample missed may still be in a few nodes for each that was looked at. */
  private static double expected(String lexeme, LexicalStatistics.Scope scope) {
    double estimate = scope.estimate(lexeme);
    return estimate > 0 ? estimate : scope.mostUnseen() / 10;
  }

  private static void addPairs(List<String> clauses, List<Term> left, long nodes, double budget) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      for (int j = i + 1; j < left.size(); j++) {
        Term one = left.get(i);
        Term other = left.get(j);
        pairs.add(new Pair(one, other, one.df() * other.df() / nodes));
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::df));
    double rest = budget;
    int added = 0;
    for (Pair pair : pairs) {
      rest -= pair.df();
      if (rest < 0 || added++ == MOST_PAIRS) {
        return;
      }
      clauses.add("(" + quote(pair.one().lexeme()) + " & " + quote(pair.other().lexeme()) + ")");
    }
  }

  /** Writes a lexeme as an operand of a tsquery. */
  static String quote(String lexeme) {
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
