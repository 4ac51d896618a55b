package io.perdura.recall;

import java.util.List;
import java.util.UUID;

/**
 * What a search found.
 *
 * @param found nearest first
 * @param complete true when every visible vector of the scope was compared, so that there is no
 *     nearer one
 */
public record Candidates(List<Candidate> found, boolean complete) {
  /** Nothing, for certain. */
  public static final Candidates NONE = new Candidates(List.of(), true);

  /**
   * A node near the query.
   *
   * @param distance cosine distance, 0 (same direction) to 2
   */
  public record Candidate(UUID id, double distance) {
    /** Returns the contract's similarity. */
    public double similarity() {
      return 1 - distance;
    }
  }
}
