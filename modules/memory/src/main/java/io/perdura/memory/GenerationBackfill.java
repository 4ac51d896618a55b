package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.EmbeddingResult;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Moves scopes to the generation that this server is configured for: embeds what was embedded with
 * another model, switches the scope once all of it is done, then drops the old vectors.
 *
 * <p>Every step is a short transaction and may be repeated; a caller that remembers the last id of
 * {@link #page} continues where it stopped. The old generation answers searches until {@link
 * #switchScope}.
 */
@ApplicationScoped
public class GenerationBackfill {
  /** Scopes that a plan names at most. */
  private static final int SAMPLE = 20;

  private final Database database;
  private final Settings settings;
  private final Embeddings embeddings;
  private final Generations generations;
  private final VectorEvents vectorEvents;

  @Inject
  GenerationBackfill(
      Database database,
      Settings settings,
      Embeddings embeddings,
      Generations generations,
      VectorEvents vectorEvents) {
    this.database = database;
    this.settings = settings;
    this.embeddings = embeddings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
  }

  protected GenerationBackfill() {
    this(null, null, null, null, null);
  }

  /** A backfill without container, for tests and tools: nobody hears of changed vectors. */
  public static GenerationBackfill of(
      Database database, Settings settings, Embeddings embeddings, Generations generations) {
    return new GenerationBackfill(
        database, settings, embeddings, generations, VectorEvents.silent());
  }

  /**
   * The outcome of one page.
   *
   * @param last id to continue after; null when the scope has no more nodes
   * @param embedded nodes that got a vector from the provider
   * @param carried nodes whose vector a client brought, taken over as it is
   * @param skipped nodes that had one of this generation already
   * @param unembeddable nodes that can never have one: no text, or refused by the provider
   */
  public record Page(UUID last, int embedded, int carried, int skipped, int unembeddable) {}

  /**
   * Returns the scopes that still have vectors of another generation, in order; none without a
   * provider, which could not embed them anew.
   */
  public List<String> scopes() {
    if (embeddings.provider().isEmpty()) {
      return List.of();
    }
    Generation own = generations.configuredGeneration();
    Set<String> scopes = new TreeSet<>();
    for (Generation generation : generations.all()) {
      if (generation.id() != own.id()) {
        scopes.addAll(
            database.read("scopes to backfill", connection -> scopes(connection, generation)));
      }
    }
    return List.copyOf(scopes);
  }

  /**
   * Says what there is to do, for a scope or for all.
   *
   * @param scopeKey null for all
   */
  public ObjectNode pending(String scopeKey) {
    int own = generations.configured();
    List<String> scopes = scopeKey == null ? scopes() : List.of(scopeKey);
    ObjectNode pending = Jsons.object().put("scopes", scopes.size());
    ArrayNode sample = Jsons.array();
    long nodes = 0;
    for (String scope : scopes) {
      long count = database.read("count a backfill", connection -> pending(connection, own, scope));
      nodes += count;
      if (sample.size() < SAMPLE) {
        sample.addObject().put("scope", scope).put("nodes", count);
      }
    }
    pending.put("nodes", nodes).set("sample", sample);
    return pending;
  }

  private static long pending(Connection connection, int own, String scope) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BackfillSql.PENDING)) {
      select.setInt(1, own);
      select.setString(2, scope);
      select.setInt(3, own);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static List<String> scopes(Connection connection, Generation generation)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BackfillSql.SCOPES)) {
      select.setInt(1, generation.id());
      select.setInt(2, generation.id());
      List<String> scopes = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          scopes.add(rows.getString(1));
        }
      }
      return scopes;
    }
  }

  /**
   * Embeds the next nodes of a scope.
   *
   * @param after the last id of the page before, null to begin
   * @param limit how many nodes to look at
   * @throws io.perdura.embedding.EmbeddingFailure when the provider cannot work now; nothing was
   *     stored
   */
  public Page page(String scopeKey, UUID after, int limit) {
    Generation own = generations.configuredGeneration();
    List<Candidate> candidates =
        database.read(
            "page to backfill", connection -> candidates(connection, own, scopeKey, after, limit));
    if (candidates.isEmpty()) {
      return new Page(null, 0, 0, 0, 0);
    }
    List<Vector> vectors = new ArrayList<>();
    int unembeddable = embed(candidates, vectors);
    int embedded = vectors.size();
    for (Candidate candidate : candidates) {
      if (!candidate.done && candidate.own != null) {
        vectors.add(new Vector(candidate.id, null, candidate.own));
      }
    }
    if (!vectors.isEmpty()) {
      database.transaction(
          "store backfill",
          tx -> {
            store(tx.connection(), own, scopeKey, vectors);
            List<UUID> ids = vectors.stream().map(vector -> vector.id).toList();
            tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scopeKey, own.id(), ids)));
            return null;
          });
    }
    int skipped = (int) candidates.stream().filter(candidate -> candidate.done).count();
    return new Page(
        candidates.getLast().id, embedded, vectors.size() - embedded, skipped, unembeddable);
  }

  /** A node with a vector of another generation. */
  private static final class Candidate {
    private final UUID id;
    private final String text;
    private final boolean done;

    /** A vector that did not come from a provider and fits the new generation; else null. */
    private final float[] own;

    Candidate(UUID id, String text, boolean done, float[] own) {
      this.id = id;
      this.text = text;
      this.done = done;
      this.own = own;
    }
  }

  /** A vector to store; the model's name is null when the node keeps its label. */
  private static final class Vector {
    private final UUID id;
    private final String model;
    private final float[] values;

    Vector(UUID id, String model, float[] values) {
      this.id = id;
      this.model = model;
      this.values = values;
    }
  }

  private List<Candidate> candidates(
      Connection connection, Generation own, String scopeKey, UUID after, int limit)
      throws SQLException {
    int maxLength = settings.get(CoreSettings.MAX_TEXT_LEN);
    try (PreparedStatement select = connection.prepareStatement(BackfillSql.PAGE)) {
      select.setInt(1, own.id());
      select.setInt(2, own.dimension());
      select.setInt(3, own.id());
      select.setString(4, scopeKey);
      select.setObject(5, after == null ? new UUID(0, 0) : after);
      select.setInt(6, limit);
      List<Candidate> candidates = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          byte[] bytes = rows.getBytes(7);
          candidates.add(
              new Candidate(
                  rows.getObject(1, UUID.class),
                  PreparedNode.embedText(
                      rows.getString(2), rows.getString(3), rows.getString(4), null, maxLength),
                  rows.getBoolean(6),
                  bytes == null ? null : VectorColumn.decode(bytes)));
        }
      }
      return candidates;
    }
  }

  private int embed(List<Candidate> candidates, List<Vector> vectors) {
    List<Candidate> missing =
        candidates.stream().filter(candidate -> !candidate.done && candidate.own == null).toList();
    List<Candidate> withText =
        missing.stream().filter(candidate -> candidate.text != null).toList();
    EmbeddingProvider provider = embeddings.provider().orElse(null);
    if (withText.isEmpty() || provider == null) {
      return missing.size();
    }
    int unembeddable = missing.size() - withText.size();
    List<EmbeddingResult> results =
        provider.tryDocuments(withText.stream().map(candidate -> candidate.text).toList());
    for (int i = 0; i < withText.size(); i++) {
      EmbeddingResult result = results.get(i);
      boolean refused = result.failure().isPresent() && !result.failure().get().isRetryable();
      if (refused) {
        unembeddable++;
      } else {
        vectors.add(new Vector(withText.get(i).id, provider.name(), result.vector()));
      }
    }
    return unembeddable;
  }

  private static void store(
      Connection connection, Generation own, String scopeKey, List<Vector> vectors)
      throws SQLException {
    Sql.planByIndex(connection);
    try (PreparedStatement store = connection.prepareStatement(BackfillSql.STORE)) {
      store.setString(1, Sql.array(vectors.stream().map(vector -> vector.id).toList()));
      store.setArray(
          2,
          connection.createArrayOf("text", vectors.stream().map(vector -> vector.model).toArray()));
      store.setString(3, scopeKey);
      store.setInt(4, own.id());
      store.setObject(
          5,
          VectorColumn.flat(
              vectors.stream().map(vector -> vector.values).toList(), own.dimension()));
      store.setInt(6, own.dimension());
      store.setInt(7, own.dimension());
      store.executeUpdate();
    }
  }

  /**
   * Lets the configured generation answer a scope's searches. Call it when {@link #page} has gone
   * through the whole scope: a node that still has no vector then never gets one and is marked as
   * failed.
   *
   * @return false when the scope was switched before
   */
  public boolean switchScope(String scopeKey) {
    Generation own = generations.configuredGeneration();
    return database.transaction(
        "switch generation",
        tx -> {
          boolean switched;
          try (PreparedStatement upsert = tx.connection().prepareStatement(BackfillSql.SWITCH)) {
            upsert.setString(1, scopeKey);
            upsert.setInt(2, own.id());
            switched = upsert.executeUpdate() > 0;
          }
          try (PreparedStatement update = tx.connection().prepareStatement(BackfillSql.GIVE_UP)) {
            update.setString(1, scopeKey);
            update.setInt(2, own.id());
            update.executeUpdate();
          }
          tx.afterCommit(() -> {
            generations.forget(scopeKey);
            vectorEvents.fire(new VectorsChanged(scopeKey, own.id(), List.of()));
          });
          return switched;
        });
  }

  /**
   * Drops up to {@code limit} vectors of a scope that no search uses any more: those of generations
   * other than the one that serves it and the configured one.
   *
   * @return how many; 0 when there are none left
   */
  public int dropOld(String scopeKey, int limit) {
    int own = generations.configured();
    StringBuilder others = new StringBuilder("{");
    for (Generation generation : generations.all()) {
      if (generation.id() != own) {
        others.append(others.length() > 1 ? "," : "").append(generation.id());
      }
    }
    String ids = others.append('}').toString();
    return database.transaction(
        "drop old vectors",
        tx -> {
          try (PreparedStatement delete = tx.connection().prepareStatement(BackfillSql.DROP)) {
            delete.setString(1, ids);
            delete.setString(2, scopeKey);
            delete.setInt(3, limit);
            return delete.executeUpdate();
          }
        });
  }
}
