package io.perdura.recall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;

/** Keeps the k nearest of what it is offered; equally near ones by id. */
final class Nearest {
  private static final Comparator<Candidates.Candidate> ORDER =
      Comparator.comparingDouble(Candidates.Candidate::distance)
          .thenComparing(Candidates.Candidate::id, Uuids.ORDER);

  private final int k;
  private final PriorityQueue<Candidates.Candidate> farthestFirst =
      new PriorityQueue<>(ORDER.reversed());

  Nearest(int k) {
    this.k = k;
  }

  /**
   * Takes note of a node; a distance that is no number is a vector without direction, never found.
   */
  void offer(UUID id, double distance) {
    if (Double.isNaN(distance)) {
      return;
    }
    Candidates.Candidate candidate = new Candidates.Candidate(id, distance);
    if (farthestFirst.size() < k) {
      farthestFirst.add(candidate);
    } else if (ORDER.compare(candidate, farthestFirst.peek()) < 0) {
      farthestFirst.poll();
      farthestFirst.add(candidate);
    }
  }

  List<Candidates.Candidate> inOrder() {
    List<Candidates.Candidate> found = new ArrayList<>(farthestFirst);
    found.sort(ORDER);
    return found;
  }
}
