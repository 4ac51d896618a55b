package io.perdura.memory;

import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which vectors are comparable, and which of them answer a scope's searches.
 *
 * <p>A server writes vectors of the generation it is configured for. The first vector of a scope
 * pins the scope to that generation; a server with another model then still searches the old one
 * until the backfill has embedded all of the scope anew and switched it.
 */
@ApplicationScoped
public class Generations {
  /** Model of a deployment without provider, and label of a vector that a client brought. */
  public static final String CLIENT_MODEL = "client";

  private static final int MAX_CACHED_SCOPES = 20_000;

  private static final String FIND =
      "select id, model, dimension from embedding_generations where model = ? and dimension = ?";
  private static final String CREATE =
      "insert into embedding_generations (model, dimension) values (?, ?) on conflict do nothing";
  private static final String ALL =
      "select id, model, dimension from embedding_generations order by id";
  private static final String SERVING =
      "select generation_id from embedding_scopes where scope = ?";

  private final Database database;
  private final String model;
  private final int dimension;
  private final long cacheNanos;
  private final Map<String, Cached> serving = new ConcurrentHashMap<>();
  private volatile Generation configured;

  private record Cached(int generationId, long validUntil) {}

  /** The generation of {@code embeddings}; dimension as configured. */
  @Inject
  public Generations(Database database, Settings settings, Embeddings embeddings) {
    this.database = database;
    this.model = embeddings.provider().map(EmbeddingProvider::name).orElse(CLIENT_MODEL);
    this.dimension = embeddings.dimension();
    this.cacheNanos =
        Duration.ofMillis(settings.get(MemorySettings.PERDURA_GENERATION_CACHE_MS)).toNanos();
  }

  protected Generations() {
    this.database = null;
    this.model = null;
    this.dimension = 0;
    this.cacheNanos = 0;
  }

  /** Returns the id of the generation that this server writes. */
  public int configured() {
    return configuredGeneration().id();
  }

  /** Returns the generation that this server writes; registers it on first use. */
  public Generation configuredGeneration() {
    Generation known = configured;
    if (known == null) {
      known = database.transaction("register generation", tx -> register(tx.connection()));
      configured = known;
    }
    return known;
  }

  private Generation register(Connection connection) throws SQLException {
    Optional<Generation> found = find(connection);
    if (found.isPresent()) {
      return found.get();
    }
    try (PreparedStatement insert = connection.prepareStatement(CREATE)) {
      insert.setString(1, model);
      insert.setInt(2, dimension);
      insert.executeUpdate();
    }
    return find(connection).orElseThrow();
  }

  private Optional<Generation> find(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      select.setString(1, model);
      select.setInt(2, dimension);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(read(row)) : Optional.empty();
      }
    }
  }

  private static Generation read(ResultSet row) throws SQLException {
    return new Generation(row.getInt(1), row.getString(2), row.getInt(3));
  }

  /**
   * Returns the generation whose vectors answer searches in a scope: the one it is pinned to, or
   * the configured one while it has no vectors. Remembered for a short time (see {@link
   * MemorySettings#PERDURA_GENERATION_CACHE_MS}).
   *
   * @param scopeKey internal scope key
   */
  public int serving(String scopeKey) {
    Cached cached = serving.get(scopeKey);
    if (cached != null && cached.validUntil - System.nanoTime() > 0) {
      return cached.generationId;
    }
    int generationId =
        database.read("serving generation", connection -> serving(connection, scopeKey));
    if (serving.size() >= MAX_CACHED_SCOPES) {
      serving.clear();
    }
    serving.put(scopeKey, new Cached(generationId, System.nanoTime() + cacheNanos));
    return generationId;
  }

  /** As {@link #serving(String)}, read now and inside the caller's transaction. */
  int serving(Connection connection, String scopeKey) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SERVING)) {
      select.setString(1, scopeKey);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return row.getInt(1);
        }
      }
    }
    return configured();
  }

  /** Drops what this server remembers of a scope, after it was switched or erased. */
  void forget(String scopeKey) {
    serving.remove(scopeKey);
  }

  /** Returns every generation that was ever configured, oldest first. */
  public List<Generation> all() {
    return database.read(
        "generations",
        connection -> {
          List<Generation> generations = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(ALL);
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              generations.add(read(rows));
            }
          }
          return generations;
        });
  }

  /** Returns a generation by its id. */
  public Optional<Generation> find(int id) {
    Generation own = configured;
    if (own != null && own.id() == id) {
      return Optional.of(own);
    }
    return all().stream().filter(generation -> generation.id() == id).findFirst();
  }
}
