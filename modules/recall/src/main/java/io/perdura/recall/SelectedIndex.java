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
    return chosen().nearest(query);
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
    return chosen().rebuild();
  }

  void onVectorsChanged(@Observes VectorsChanged change) {
    if (chosen instanceof LuceneIndex lucene) {
      lucene.touch();
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
      boolean vectors = database.read("type of vectors", SelectedIndex::storesVectors);
      String wish = settings.get(CoreSettings.PERDURA_CANDIDATE_INDEX);
      boolean alone = settings.get(CoreSettings.PERDURA_ROLE).equals("all");
      if (wish.equals("lucene") || (wish.equals("auto") && !vectors)) {
        if (!alone) {
          throw new IllegalStateException(
              "this database has no pgvector, and lucene serves role all only: install the vector extension before the first migration");
        }
        Path directory = Path.of(settings.get(CoreSettings.PERDURA_STATE_DIR), "candidate-index");
        chosen = new LuceneIndex(database, settings, directory);
      } else if (vectors) {
        chosen = new PgvectorIndex(database, settings);
        Thread.ofVirtual().name("candidate index").start(this::ensureIndexes);
      } else {
        throw new IllegalStateException(
            "PERDURA_CANDIDATE_INDEX is pgvector, but this database stores vectors as real[]");
      }
      LOG.log(Level.INFO, "candidates come from {0}", chosen.engine());
    }
    return chosen;
  }

  private void ensureIndexes() {
    HnswIndexes indexes = new HnswIndexes(database);
    generations
        .all()
        .forEach(generation -> {
          try {
            indexes.ensure(generation);
          } catch (SQLException | RuntimeException e) {
            LOG.log(
                Level.WARNING,
                "the vector index of generation "
                    + generation.id()
                    + " is missing; searches are slow",
                e);
          }
        });
  }

  private static boolean storesVectors(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COLUMN)) {
      return row.next() && row.getString(1).equals("vector");
    }
  }
}
