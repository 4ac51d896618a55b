package io.perdura.recall;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NRTCachingDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * The Lucene files in a directory, open for one writer and many searches.
 *
 * <p>A commit carries the position in the {@link VectorFeed} that it stands for. Whatever was put
 * in after the last commit is gone when the process dies.
 */
final class LuceneStore implements Closeable {
  private static final Logger LOG = Logger.getLogger(LuceneStore.class.getName());

  /** Raised whenever a document is made otherwise than before. */
  private static final String LAYOUT = "3";

  /** Segments this small, such as a single write makes, stay in memory until the next commit. */
  private static final double SMALL_MB = 4;

  private static final double SMALL_TOGETHER_MB = 16;

  private final Directory files;
  private final IndexWriter writer;
  private final SearcherManager searchers;

  private LuceneStore(Path directory) throws IOException {
    files = new NRTCachingDirectory(FSDirectory.open(directory), SMALL_MB, SMALL_TOGETHER_MB);
    IndexWriter opened = null;
    SearcherManager manager = null;
    try {
      opened = new IndexWriter(files, LuceneFiles.config());
      manager = new SearcherManager(opened, null);
      verify(manager);
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(manager, opened, files);
      throw e;
    }
    writer = opened;
    searchers = manager;
  }

  /**
   * Opens what is there, every byte of it verified; unreadable files are removed.
   *
   * @throws IllegalStateException when another process has them open
   */
  static LuceneStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    try {
      return new LuceneStore(directory);
    } catch (LockObtainFailedException e) {
      throw new IllegalStateException(
          directory + " is in use by another server; give each its own PERDURA_STATE_DIR", e);
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the candidate index in {0} is damaged ({1})",
          new Object[] {directory, e});
      discard(directory);
      return new LuceneStore(directory);
    }
  }

  private static void verify(SearcherManager manager) throws IOException {
    IndexSearcher searcher = manager.acquire();
    try {
      for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
        leaf.reader().checkIntegrity();
      }
    } finally {
      manager.release(searcher);
    }
  }

  private static void discard(Path directory) throws IOException {
    try (FSDirectory files = FSDirectory.open(directory)) {
      for (String file : files.listAll()) {
        if (file.startsWith(IndexFileNames.SEGMENTS)
            || file.startsWith(IndexFileNames.PENDING_SEGMENTS)
            || IndexFileNames.CODEC_FILE_PATTERN.matcher(file).matches()) {
          files.deleteFile(file);
        }
      }
    }
  }

  /** The position that the last commit stands for; empty when there is none to go on from. */
  Optional<VectorFeed.Position> position() {
    Map<String, String> data = new HashMap<>();
    if (writer.getLiveCommitData() != null) {
      writer.getLiveCommitData().forEach(entry -> data.put(entry.getKey(), entry.getValue()));
    }
    return LAYOUT.equals(data.get("layout"))
        ? Optional.of(
            new VectorFeed.Position(
                data.get("database"), data.get("snapshot"), Long.parseLong(data.get("at"))))
        : Optional.empty();
  }

  void commit(VectorFeed.Position position) throws IOException {
    Map<String, String> data =
        Map.of(
            "layout", LAYOUT,
            "database", position.identity(),
            "snapshot", position.snapshot(),
            "at", Long.toString(position.at()));
    writer.setLiveCommitData(data.entrySet());
    writer.commit();
  }

  void put(VectorFeed.Row row) throws IOException {
    try {
      writer.updateDocument(
          LuceneFiles.term(row.id(), row.generationId()), LuceneFiles.document(row));
    } catch (IllegalArgumentException e) {
      // One such row must not keep all others out.
      LOG.log(Level.WARNING, "node " + row.id() + " has a vector that cannot be searched", e);
      remove(row.id(), row.generationId());
    }
  }

  void remove(UUID id, int generationId) throws IOException {
    writer.deleteDocuments(LuceneFiles.term(id, generationId));
  }

  void clear() throws IOException {
    writer.deleteAll();
  }

  /** Makes everything put in so far visible to searches that begin afterwards. */
  void refresh() throws IOException {
    searchers.maybeRefreshBlocking();
  }

  IndexSearcher acquire() throws IOException {
    return searchers.acquire();
  }

  void release(IndexSearcher searcher) throws IOException {
    searchers.release(searcher);
  }

  /** Vectors that searches can find, as of the last refresh. */
  long size() throws IOException {
    IndexSearcher searcher = acquire();
    try {
      return searcher.getIndexReader().numDocs();
    } finally {
      release(searcher);
    }
  }

  /** Closes without a commit. */
  @Override
  public void close() throws IOException {
    IOUtils.close(searchers, writer, files);
  }
}
