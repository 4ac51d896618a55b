package io.perdura.recall;

import java.io.IOException;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.StoredFields;

/**
 * The nearest documents of a comparison, by number until the ids of the best are read. Ties at the
 * edge are kept and sorted by id.
 */
final class NearestDocs {
  private final int k;
  private final PriorityQueue<Hit> farthestFirst =
      new PriorityQueue<>((a, b) -> Double.compare(b.distance, a.distance));
  private final PriorityQueue<Hit> tied =
      new PriorityQueue<>((a, b) -> Integer.compare(a.doc, b.doc));

  private record Hit(int doc, double distance) {}

  NearestDocs(int k) {
    this.k = k;
  }

  void offer(int doc, double distance) {
    if (Double.isNaN(distance)) {
      return;
    }
    if (farthestFirst.size() < k) {
      farthestFirst.add(new Hit(doc, distance));
      return;
    }
    double edge = farthestFirst.peek().distance;
    if (distance < edge) {
      Hit out = farthestFirst.poll();
      farthestFirst.add(new Hit(doc, distance));
      if (farthestFirst.peek().distance < edge) {
        tied.clear();
      } else {
        tied.add(out);
      }
    } else if (distance == edge) {
      tied.add(new Hit(doc, distance));
    }
  }

  List<Candidates.Candidate> resolve(StoredFields stored) throws IOException {
    Nearest nearest = new Nearest(k);
    for (Hit hit : farthestFirst) {
      nearest.offer(LuceneSearch.idOf(stored.document(hit.doc)), hit.distance);
    }
    for (Hit hit : tied) {
      nearest.offer(LuceneSearch.idOf(stored.document(hit.doc)), hit.distance);
    }
    return nearest.inOrder();
  }
}
