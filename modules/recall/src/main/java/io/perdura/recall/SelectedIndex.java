package io.perdura.recall;

import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.memory.Generations;
import io.perdura.memory.VectorsChanged;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The engine that this server's setting and database allow, chosen at the first search: the server
 * starts without its database, and only the database knows whether it can search vectors.
 */
@ApplicationScoped
public class SelectedIndex implements CandidateIndex {
  private static final Logger LOG = Logger.getLogger(SelectedIndex.class.getName());
  private static final String COLUMN =
      "select atttypid::regtype::text from pg_attribute where attrelid = 'memory_vectors'::regclass and attname = 'embedding'";

  private static final String DIRECTORY = "candidate-index";

  /** How long it is before an index that was found or built is looked for again. */
  private static final Duration ENSURE_AGAIN = Duration.ofMinutes(5);

  private final Map<Integer, Long> ensureAfter = new ConcurrentHashMap<>();
  private final Database database;
  private final Settings settings;
  private final Generations generations;
  private volatile CandidateIndex chosen;

  /** For the container's proxy. */
  protected SelectedIndex() {
    this(null, null, null);
  }

  @Inject
  SelectedIndex(Database database, Settings settings, Generations generations) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
  }

  @Override
  public Candidates nearest(CandidateQuery query) {
    CandidateIndex index = chosen();
    if (index instanceof PgvectorIndex) {
      ensureLater(query.generationId());
    }
    return index.nearest(query);
  }

  @Override
  public String engine() {
    return chosen().engine();
  }

  @Override
  public IndexStatus status() {
    CandidateIndex index = chosen;
    return index == null
        ? new IndexStatus("none", false, "no search has chosen an engine yet")
        : index.status();
  }

  @Override
  public long rebuild() {
    CandidateIndex index = chosen();
    if (index instanceof PgvectorIndex) {
      HnswIndexes indexes = new HnswIndexes(database, Quantization.of(settings));
      generations.all().forEach(indexes::rebuild);
    }
    return index.rebuild();
  }

  void onVectorsChanged(@Observes VectorsChanged change) {
    if (chosen instanceof LuceneIndex lucene) {
      lucene.touch();
    } else {
      // Also where nobody searches: a worker's vectors are to be found by others.
      ensureLater(change.generationId());
    }
  }

  @PreDestroy
  void close() {
    if (chosen instanceof LuceneIndex lucene) {
      lucene.close();
    }
  }

  private CandidateIndex chosen() {
    CandidateIndex index = chosen;
    return index == null ? choose() : index;
  }

  private synchronized CandidateIndex choose() {
    if (chosen == null) {
      chosen = searchesDatabase() ? new PgvectorIndex(database, settings) : lucene();
      LOG.log(Level.INFO, "candidates come from {0}", chosen.engine());
    }
    return chosen;
  }

  /** Tells whether pgvector is wanted and there. */
  private boolean searchesDatabase() {
    String wish = settings.get(CoreSettings.PERDURA_CANDIDATE_INDEX);
    if (wish.equals("lucene")) {
      return false;
    }
    boolean vectors = database.read("type of vectors", SelectedIndex::storesVectors);
    if (wish.equals("pgvector") && !vectors) {
      throw new IllegalStateException(
          "PERDURA_CANDIDATE_INDEX is pgvector, but this database stores vectors as real[]: install the vector extension before the first migration");
    }
    return vectors;
  }

  private CandidateIndex lucene() {
    if (!settings.get(CoreSettings.PERDURA_ROLE).equals("all")) {
      throw new IllegalStateException(
          "this database has no pgvector, and lucene serves role all only: install the vector extension before the first migration");
    }
    return new LuceneIndex(
        database, settings, Path.of(settings.get(CoreSettings.PERDURA_STATE_DIR), DIRECTORY));
  }

  /**
   * Has a generation's index built beside the caller, now and again a while later, should it be
   * gone.
   */
  private void ensureLater(int generationId) {
    Long after = ensureAfter.get(generationId);
    if (after == null || System.nanoTime() - after > 0) {
      long next = System.nanoTime() + ENSURE_AGAIN.toNanos();
      boolean mine =
          after == null
              ? ensureAfter.putIfAbsent(generationId, next) == null
              : ensureAfter.replace(generationId, after, next);
      if (mine) {
        Thread.ofVirtual()
            .name("candidate-index-" + generationId)
            .start(() -> ensureQuietly(generationId));
      }
    }
  }

  private void ensureQuietly(int generationId) {
    try {
      if (searchesDatabase()) {
        generations
            .find(generationId)
            .ifPresent(new HnswIndexes(database, Quantization.of(settings))::ensure);
      }
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the vector index of generation " + generationId + " is missing; searches are slow",
          e);
    }
  }

  private static boolean storesVectors(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COLUMN)) {
      return row.next() && row.getString(1).equals("vector");
    }
  }
}
