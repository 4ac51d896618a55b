package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
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
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOUtils;

/**
 * Candidates from a Lucene index beside the server, where the database cannot search vectors. For
 * one process only (role all).
 *
 * <p>Derived from the stored vectors and never the only copy. Its commits remember which database
 * they were made from and the oldest transaction that may not be in them; after a restart or a kill
 * it reads what changed since. A search first takes in what has been committed before it. Few
 * visible vectors are all compared, many are searched through the graph.
 */
final class LuceneIndex implements CandidateIndex, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LuceneIndex.class.getName());
  private static final String IDENTITY = "database";
  private static final String HORIZON = "horizon";

  /** A change that no event told of (another process, a trigger) is seen after this time. */
  private static final long UNTOLD_NANOS = 1_000_000_000L;

  private static final long COMMIT_NANOS = 2_000_000_000L;

  private final VectorFeed feed;
  private final Path directory;
  private final int exactLimit;
  private IndexWriter writer;
  private SearcherManager searchers;
  private String identity;
  private long horizon;
  private long lookedAt;
  private long committedAt;
  private volatile boolean changed = true;
  private volatile boolean building;

  LuceneIndex(Database database, Settings settings, Path directory) {
    this.feed = new VectorFeed(database);
    this.directory = directory;
    this.exactLimit = settings.get(RecallSettings.PERDURA_EXACT_SCAN_LIMIT);
  }

  @Override
  public String engine() {
    return "lucene";
  }

  @Override
  public IndexStatus status() {
    return building
        ? new IndexStatus(
            "lucene", false, "the index is being built; searches compare stored vectors meanwhile")
        : new IndexStatus("lucene", true, "vectors are searched in " + directory);
  }

  /** Says that vectors were written or removed; the next search takes them in. */
  void touch() {
    changed = true;
  }

  @Override
  public Candidates nearest(CandidateQuery query) {
    if (!Vectors.hasDirection(query.vector())) {
      return Candidates.NONE;
    }
    if (building) {
      return feed.scan(query);
    }
    try {
      catchUp();
      IndexSearcher searcher = searchers.acquire();
      try {
        return search(searcher, query);
      } finally {
        searchers.release(searcher);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the candidate index in " + directory + " cannot be read", e);
    }
  }

  /** Builds everything anew; searches compare stored vectors meanwhile. */
  @Override
  public synchronized long rebuild() {
    building = true;
    try {
      open();
      return fill(feed.identity());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the candidate index in " + directory + " cannot be written", e);
    } finally {
      building = false;
    }
  }

  /** Commits and closes; what was not committed is read from the database again. */
  @Override
  public synchronized void close() throws IOException {
    if (writer != null) {
      commit();
      IOUtils.close(searchers, writer);
      writer = null;
    }
  }

  private synchronized void catchUp() throws IOException {
    boolean first = writer == null;
    if (first) {
      open();
      resume();
    } else if (!changed && System.nanoTime() - lookedAt < UNTOLD_NANOS) {
      return;
    }
    changed = false;
    long next = feed.horizon();
    Change change = new Change();
    feed.changes(horizon, change);
    horizon = next;
    lookedAt = System.nanoTime();
    if (change.count > 0) {
      searchers.maybeRefreshBlocking();
    }
    if (first || (change.count > 0 && System.nanoTime() - committedAt > COMMIT_NANOS)) {
      commit();
    }
  }

  private void open() throws IOException {
    if (writer != null) {
      return;
    }
    Files.createDirectories(directory);
    try {
      writer = new IndexWriter(FSDirectory.open(directory), LuceneFiles.config());
    } catch (LockObtainFailedException e) {
      throw new IllegalStateException(
          directory + " is in use by another server; give each its own PERDURA_STATE_DIR", e);
    } catch (CorruptIndexException | IndexFormatTooOldException | IndexFormatTooNewException e) {
      LOG.log(
          Level.WARNING,
          "the candidate index in " + directory + " is unreadable and is built anew",
          e);
      discard();
      writer = new IndexWriter(FSDirectory.open(directory), LuceneFiles.config());
    }
    searchers = new SearcherManager(writer, null);
  }

  private void discard() throws IOException {
    try (FSDirectory files = FSDirectory.open(directory)) {
      for (String file : files.listAll()) {
        if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
          files.deleteFile(file);
        }
      }
    }
  }

  /**
   * Takes up where the last commit stopped, or begins anew when that was another database or a
   * later time.
   */
  private void resume() throws IOException {
    Map<String, String> remembered = new HashMap<>();
    if (writer.getLiveCommitData() != null) {
      writer.getLiveCommitData().forEach(entry -> remembered.put(entry.getKey(), entry.getValue()));
    }
    String found = feed.identity();
    long known = Long.parseLong(remembered.getOrDefault(HORIZON, "-1"));
    if (found.equals(remembered.get(IDENTITY)) && known >= 0 && known <= feed.horizon()) {
      identity = found;
      horizon = known;
      return;
    }
    building = true;
    try {
      fill(found);
    } finally {
      building = false;
    }
  }

  private long fill(String found) throws IOException {
    long began = System.nanoTime();
    long from = feed.horizon();
    writer.deleteAll();
    Change change = new Change();
    feed.all(change);
    horizon = from;
    identity = found;
    commit();
    searchers.maybeRefreshBlocking();
    LOG.log(
        Level.INFO,
        "built the candidate index of {0} vectors in {1} ms",
        new Object[] {change.count, (System.nanoTime() - began) / 1_000_000});
    return change.count;
  }

  private void commit() throws IOException {
    if (identity == null) {
      identity = feed.identity();
    }
    writer.setLiveCommitData(
        Map.of(IDENTITY, identity, HORIZON, Long.toString(horizon)).entrySet());
    writer.commit();
    committedAt = System.nanoTime();
  }

  private Candidates search(IndexSearcher searcher, CandidateQuery query) throws IOException {
    Query visible = LuceneFiles.visible(query);
    String field = LuceneFiles.field(query.generationId());
    int count = searcher.count(visible);
    if (query.exact() || count <= exactLimit) {
      return new Candidates(compareAll(searcher, visible, field, query), true);
    }
    Nearest nearest = new Nearest(query.k());
    StoredFields stored = searcher.storedFields();
    for (ScoreDoc hit :
        searcher.search(
                new KnnFloatVectorQuery(field, query.vector(), query.k(), visible), query.k())
            .scoreDocs) {
      LeafReaderContext leaf = leafOf(searcher, hit.doc);
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
      KnnVectorValues.DocIndexIterator at = values.iterator();
      at.advance(hit.doc - leaf.docBase);
      nearest.offer(
          idOf(stored.document(hit.doc)),
          Vectors.cosineDistance(query.vector(), values.vectorValue(at.index())));
    }
    return new Candidates(nearest.inOrder(), false);
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
        if ((live == null || live.get(doc)) && at.advance(doc) == doc) {
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

  /** Puts rows into the writer. */
  private final class Change implements VectorFeed.Sink {
    private long count;

    @Override
    public void row(VectorFeed.Row row) {
      try {
        if (row.eligible() && Vectors.hasDirection(row.vector())) {
          writer.updateDocument(
              LuceneFiles.term(row.id().toString(), row.generationId()), LuceneFiles.document(row));
        } else {
          writer.deleteDocuments(LuceneFiles.term(row.id().toString(), row.generationId()));
        }
        count++;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void removed(UUID id, int generationId) {
      try {
        writer.deleteDocuments(LuceneFiles.term(id.toString(), generationId));
        count++;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
