package io.perdura.recall;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Candidates from PostgreSQL with pgvector: in the same transaction as the write, and as durable.
 *
 * <p>A viewer who can see few vectors of a scope gets all of them compared; one who can see many
 * gets a walk of the generation's HNSW index that goes on until enough visible ones are found.
 * Where the walk would have to pass too many invisible ones, or came back with too few, everything
 * visible is compared after all. How many a viewer sees is counted once a minute, in the round trip
 * of a search.
 */
final class PgvectorIndex implements CandidateIndex {
  /** Index entries that one walk may look at. */
  private static final int MOST_TUPLES = 40_000;

  private static final Duration SIZE_VALID = Duration.ofSeconds(60);
  private static final int MOST_SIZES = 50_000;
  private static final int MOST_EF = 1000;
  private static final int SPARE = 8;

  private final Database database;
  private final int exactLimit;
  private final int efSearch;
  private final Quantization quantization;
  private final Cache<Audience, Size> sizes =
      Caffeine.newBuilder().maximumSize(MOST_SIZES).executor(Runnable::run).build();
  private final Map<String, String> statements = new ConcurrentHashMap<>();

  /** Who looks at what. */
  private record Audience(int generationId, String scope, Viewer viewer) {}

  /** Vectors visible to an audience (counted up to a limit), and all vectors there are. */
  private record Size(long visible, long total, long countedAt) {
    boolean isFresh() {
      return System.nanoTime() - countedAt < SIZE_VALID.toNanos();
    }
  }

  PgvectorIndex(Database database, Settings settings) {
    this.database = database;
    this.exactLimit = settings.get(RecallSettings.PERDURA_EXACT_SCAN_LIMIT);
    this.efSearch = settings.get(RecallSettings.PERDURA_HNSW_EF_SEARCH);
    this.quantization = Quantization.of(settings);
  }

  @Override
  public String engine() {
    return "pgvector";
  }

  @Override
  public IndexStatus status() {
    return new IndexStatus("pgvector", true, "vectors are searched where they are stored");
  }

  @Override
  public Candidates nearest(CandidateQuery query) {
    return database.read("nearest vectors", connection -> nearest(connection, query));
  }

  /** Nothing apart from the stored vectors: PostgreSQL keeps the index; says how many there are. */
  @Override
  public long rebuild() {
    return database.read(
        "count vectors",
        connection -> {
          try (PreparedStatement statement =
                  connection.prepareStatement("select count(*) from memory_vectors");
              ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  private Candidates nearest(Connection connection, CandidateQuery query) throws SQLException {
    Audience audience = new Audience(query.generationId(), query.scope(), query.viewer());
    Size size = sizes.getIfPresent(audience);
    if (size == null && !query.exact()) {
      size = count(connection, audience);
    }
    if (query.exact() || !walks(query, size)) {
      return search(connection, query, audience, false);
    }
    Candidates walked = search(connection, query, audience, true);
    boolean enough = walked.found().size() >= Math.min(query.k(), size.visible());
    return enough ? walked : search(connection, query, audience, false);
  }

  /** Tells whether walking the index is both cheaper than comparing everything and sure to end. */
  private boolean walks(CandidateQuery query, Size size) {
    if (size.visible() <= exactLimit || !quantization.isIndexable(query.dimension())) {
      return false;
    }
    return (double) query.k() * size.total() / size.visible() <= MOST_TUPLES;
  }

  private Candidates search(
      Connection connection, CandidateQuery query, Audience audience, boolean walk)
      throws SQLException {
    Size known = sizes.getIfPresent(audience);
    boolean counts = !query.exact() && known != null && !known.isFresh();
    String sql = statement(query, walk, counts);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int at = 1;
      boolean bits = walk && quantization == Quantization.BITS;
      // Signs alone do not order what is near: the wider the pool, the more of the nearest are in.
      int pool = bits ? Math.max(efSearch, query.k()) : query.k();
      if (walk) {
        // Some of what a walk meets is not visible: a few more in view, and it need not walk twice.
        int ef = Math.min(MOST_EF, Math.max(efSearch, pool + pool / SPARE));
        statement.setString(at++, Integer.toString(ef));
      }
      if (counts) {
        at = bindAudience(statement, at, audience);
      }
      statement.setObject(at++, query.vector());
      at = bindAudience(statement, at, audience);
      statement.setInt(at++, query.k());
      if (bits) {
        statement.setInt(at, pool);
      }
      statement.execute();
      statement.getMoreResults();
      if (counts) {
        try (ResultSet row = statement.getResultSet()) {
          sizes.put(audience, readSize(row));
        }
        statement.getMoreResults();
      }
      try (ResultSet rows = statement.getResultSet()) {
        return read(rows, walk);
      }
    }
  }

  private String statement(CandidateQuery query, boolean walk, boolean counts) {
    int generation = query.generationId();
    String key = (walk ? "walk" : "scan") + (counts ? "+" : "-") + generation;
    String known = statements.get(key);
    if (known != null) {
      return known;
    }
    String sql =
        (walk ? PgvectorSql.walkSettings(MOST_TUPLES) : PgvectorSql.scanSettings())
            + (counts ? countSql(generation) : "")
            + (walk
                ? PgvectorSql.walk(generation, query.dimension(), quantization)
                : PgvectorSql.scan(generation, query.dimension()));
    statements.put(key, sql);
    return sql;
  }

  private Size count(Connection connection, Audience audience) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(countSql(audience.generationId()))) {
      bindAudience(statement, 1, audience);
      try (ResultSet row = statement.executeQuery()) {
        Size size = readSize(row);
        sizes.put(audience, size);
        return size;
      }
    }
  }

  /** Counting stops well above the limit: it only has to tell few from many, and many from all. */
  private String countSql(int generation) {
    return PgvectorSql.count(generation, Math.max(100_000, 10 * exactLimit));
  }

  private static int bindAudience(PreparedStatement statement, int first, Audience audience)
      throws SQLException {
    statement.setString(first, audience.scope());
    statement.setString(first + 1, audience.viewer().agentId());
    statement.setString(first + 2, audience.viewer().teamId());
    return first + 3;
  }

  private static Size readSize(ResultSet row) throws SQLException {
    row.next();
    return new Size(row.getLong(1), Math.max(row.getLong(1), row.getLong(2)), System.nanoTime());
  }

  private static Candidates read(ResultSet rows, boolean walked) throws SQLException {
    List<Candidates.Candidate> found = new ArrayList<>();
    while (rows.next()) {
      found.add(new Candidates.Candidate(rows.getObject(1, UUID.class), rows.getDouble(2)));
    }
    if (walked) {
      found.sort(
          Comparator.comparingDouble(Candidates.Candidate::distance)
              .thenComparing(Candidates.Candidate::id, Uuids.ORDER));
    }
    return new Candidates(found, !walked);
  }
}
