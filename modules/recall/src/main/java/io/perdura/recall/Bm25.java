package io.perdura.recall;

import java.util.Map;

/**
 * Okapi BM25 with the usual k1 = 1.2 and b = 0.75:
 *
 * <pre>
 * sum over the query's lexemes of  idf * tf / (tf + k1 * (1 - b + b * length / average length))
 * idf = ln(1 + (N - df + 0.5) / (df + 0.5))
 * </pre>
 *
 * <p>A lexeme counts once however often the query says it.
 */
final class Bm25 {
  private static final double K1 = 1.2;
  private static final double B = 0.75;

  private final Map<String, Double> idf;
  private final double averageLength;
  private final double best;

  /**
   * @param idf weight by lexeme of the query
   * @param averageLength mean document length of the scope, more than 0
   */
  Bm25(Map<String, Double> idf, double averageLength) {
    this.idf = idf;
    this.averageLength = averageLength;
    this.best = idf.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Weight of a lexeme that {@code df} of {@code documents} contain; df may be an estimate.
   *
   * @param documents number of documents, at least df
   */
  static double idf(double documents, double df) {
    return Math.log(1 + (documents - df + 0.5) / (df + 0.5));
  }

  /** Returns 0 when the node has none of the words. */
  double score(LexicalVector node) {
    double norm = K1 * (1 - B + B * node.length() / averageLength);
    double score = 0;
    for (Map.Entry<String, Double> term : idf.entrySet()) {
      int tf = node.frequency(term.getKey());
      if (tf > 0) {
        score += term.getValue() * tf / (tf + norm);
      }
    }
    return score;
  }

  /** Returns the share of the query's idf weight that the node's words cover, 0 to 1. */
  double coverage(LexicalVector node) {
    double covered = 0;
    for (Map.Entry<String, Double> term : idf.entrySet()) {
      if (node.frequency(term.getKey()) > 0) {
        covered += term.getValue();
      }
    }
    return best > 0 ? covered / best : 0;
  }
}
