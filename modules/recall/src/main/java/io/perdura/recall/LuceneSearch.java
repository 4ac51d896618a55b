package io.perdura.recall;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;

/**
 * Searches Lucene files: few visible vectors are all compared, many are searched through the graph,
 * with distances computed anew from the vectors as stored.
 *
 * @param exactLimit visible vectors up to which all are compared
 * @param beam candidates that a walk of the graph keeps in view
 */
record LuceneSearch(int exactLimit, int beam) {

  Candidates nearest(IndexSearcher searcher, CandidateQuery query) throws IOException {
    Query visible = LuceneFiles.visible(query);
    String field = LuceneFiles.field(query.generationId());
    int count = query.exact() ? 0 : searcher.count(visible);
    if (count > exactLimit) {
      List<Candidates.Candidate> found = walk(searcher, visible, field, query);
      if (found.size() == query.k()) {
        return new Candidates(found, false);
      }
    }
    return new Candidates(compareAll(searcher, visible, field, query), true);
  }

  private List<Candidates.Candidate> walk(
      IndexSearcher searcher, Query visible, String field, CandidateQuery query)
      throws IOException {
    Nearest nearest = new Nearest(query.k());
    StoredFields stored = searcher.storedFields();
    int wide = Math.max(beam, query.k());
    var walk = new KnnFloatVectorQuery(field, Vectors.unit(query.vector()), wide, visible);
    for (ScoreDoc hit : searcher.search(walk, wide).scoreDocs) {
      LeafReaderContext leaf = leafOf(searcher, hit.doc);
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
      KnnVectorValues.DocIndexIterator at = values.iterator();
      at.advance(hit.doc - leaf.docBase);
      nearest.offer(
          idOf(stored.document(hit.doc)),
          Vectors.cosineDistance(query.vector(), values.vectorValue(at.index())));
    }
    return nearest.inOrder();
  }

  private static List<Candidates.Candidate> compareAll(
      IndexSearcher searcher, Query visible, String field, CandidateQuery query)
      throws IOException {
    NearestDocs nearest = new NearestDocs(query.k());
    Weight weight =
        searcher.createWeight(searcher.rewrite(visible), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer scorer = weight.scorer(leaf);
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
      if (scorer == null || values == null) {
        continue;
      }
      KnnVectorValues.DocIndexIterator at = values.iterator();
      DocIdSetIterator docs = scorer.iterator();
      var live = leaf.reader().getLiveDocs();
      for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
        // A vector without direction has a document, and no vector in it.
        int vector = at.docID() < doc ? at.advance(doc) : at.docID();
        if (vector == doc && (live == null || live.get(doc))) {
          nearest.offer(
              leaf.docBase + doc,
              Vectors.cosineDistance(query.vector(), values.vectorValue(at.index())));
        }
      }
    }
    return nearest.resolve(searcher.storedFields());
  }

  private static LeafReaderContext leafOf(IndexSearcher searcher, int doc) {
    var leaves = searcher.getIndexReader().leaves();
    return leaves.get(ReaderUtil.subIndex(doc, leaves));
  }

  static UUID idOf(Document document) {
    return UUID.fromString(document.get(LuceneFiles.ID));
  }
}
