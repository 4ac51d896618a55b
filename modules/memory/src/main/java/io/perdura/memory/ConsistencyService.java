package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Proves by queries what the rest of the module promises. Changes nothing. */
@ApplicationScoped
public class ConsistencyService {
  private final Database database;
  private final Settings settings;
  private final Clock clock;

  @Inject
  ConsistencyService(Database database, Settings settings, Clock clock) {
    this.database = database;
    this.settings = settings;
    this.clock = clock;
  }

  protected ConsistencyService() {
    this(null, null, null);
  }

  /** A service without container, for tests and tools. */
  public static ConsistencyService of(Database database, Settings settings, Clock clock) {
    return new ConsistencyService(database, settings, clock);
  }

  /**
   * Counts what is left of a target in every table and document: rows that were created before its
   * newest erasure, or before now when it was never erased.
   *
   * <p>Not counted, because they hold no content: hashes, ids and times of emptied commits,
   * tombstones of vectors (node and generation) and the ledger. The full-text index is a column of
   * memory_nodes.
   *
   * @return target, {@code clean} (nothing is left), {@code remaining} by table and {@code
   *     looked_at}, the columns that were searched in each
   */
  public JsonNode residue(EraseRequest request) {
    Erasure erasure =
        database.read(
            "ledger", connection -> new ErasureLedger(connection).latest(request).orElse(null));
    return residue(erasure == null ? neverErased(request) : erasure);
  }

  /** The same for everything there is now, whether or not the target was erased before. */
  JsonNode residueNow(EraseRequest request) {
    return residue(neverErased(request));
  }

  private Erasure neverErased(EraseRequest request) {
    return new Erasure(
        0,
        request.kind,
        request.tenant,
        request.scope == null ? null : request.scope.scope(),
        request.target,
        OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC),
        false);
  }

  JsonNode residue(Erasure erasure) {
    Map<String, Long> counts = database.read("residue", connection -> count(connection, erasure));
    ObjectNode answer =
        Jsons.object()
            .put("kind", erasure.kind().label())
            .put("tenant_id", erasure.tenant().value())
            .put("scope", erasure.scope())
            .put("target", erasure.target())
            .put("created_before", Timestamps.database(erasure.requestedAt()))
            .put("clean", counts.values().stream().allMatch(count -> count == 0));
    ObjectNode remaining = answer.putObject("remaining");
    counts.forEach(remaining::put);
    ObjectNode lookedAt = answer.putObject("looked_at");
    counts.keySet().forEach(table -> lookedAt.put(table, ResidueSql.lookedAt(table)));
    return answer;
  }

  private Map<String, Long> count(Connection connection, Erasure erasure) throws SQLException {
    ScopeKey.Defaults defaults = settings.defaults();
    Map<String, Long> counts = new LinkedHashMap<>();
    switch (erasure.kind()) {
      case NODE -> {
        ScopeKey scope = erasure.scopeKey(defaults);
        addNode(connection, counts, scope, erasure.target(), erasure);
      }
      case SESSION -> {
        ScopeKey scope = erasure.scopeKey(defaults);
        String topic = SessionNames.node(scope.key(), erasure.target()).toString();
        String prefix = SessionNames.eventPrefix(erasure.target());
        addNode(connection, counts, scope, topic, erasure);
        add(connection, counts, ResidueSql.SESSION_EVENTS, scope.key(), prefix, at(erasure));
        String tenant = scope.tenant().value();
        add(connection, counts, ResidueSql.SESSION_BY_TENANT, tenant, prefix, at(erasure));
      }
      case SCOPE -> countScope(connection, counts, erasure.scopeKey(defaults), erasure);
      case TENANT -> {
        ResidueSql.SCOPE.keySet().forEach(table -> counts.put(table, 0L));
        for (String key : scopes(connection)) {
          ScopeKey scope = ScopeKey.fromKey(key, defaults);
          if (scope.tenant().equals(erasure.tenant())) {
            countScope(connection, counts, scope, erasure);
          }
        }
        add(connection, counts, ResidueSql.TENANT, erasure.tenant().value(), at(erasure));
      }
    }
    return counts;
  }

  private static void addNode(
      Connection connection,
      Map<String, Long> counts,
      ScopeKey scope,
      String nodeId,
      Erasure erasure)
      throws SQLException {
    add(connection, counts, ResidueSql.NODE, scope.key(), nodeId, at(erasure));
    boolean prefixed = scope.key().startsWith(ScopeKey.prefix(scope.tenant()));
    String prefix = prefixed ? ScopeKey.prefix(scope.tenant()) : "tenant:";
    add(connection, counts, ResidueSql.NODE_IN_COMMITS, prefix, prefixed, nodeId, at(erasure));
    add(connection, counts, ResidueSql.NODE_BY_TENANT, scope.tenant().value(), nodeId, at(erasure));
  }

  private static void countScope(
      Connection connection, Map<String, Long> counts, ScopeKey scope, Erasure erasure)
      throws SQLException {
    add(connection, counts, ResidueSql.SCOPE, scope.key(), at(erasure));
    add(
        connection,
        counts,
        ResidueSql.SCOPE_BY_NAME,
        scope.tenant().value(),
        scope.scope(),
        at(erasure));
  }

  private static OffsetDateTime at(Erasure erasure) {
    return erasure.requestedAt();
  }

  private static void add(
      Connection connection,
      Map<String, Long> counts,
      Map<String, String> statements,
      Object... parameters)
      throws SQLException {
    for (Map.Entry<String, String> statement : statements.entrySet()) {
      try (PreparedStatement select = connection.prepareStatement(statement.getValue())) {
        for (int i = 0; i < parameters.length; i++) {
          select.setObject(i + 1, parameters[i]);
        }
        try (ResultSet row = select.executeQuery()) {
          row.next();
          counts.merge(statement.getKey(), row.getLong(1), Long::sum);
        }
      }
    }
  }

  /** Returns every scope key that has rows anywhere. */
  static List<String> scopes(Connection connection) throws SQLException {
    List<String> scopes = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(EraseSql.ALL_SCOPES);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        scopes.add(rows.getString(1));
      }
    }
    return scopes;
  }

  /**
   * Recomputes every hash of a scope's commits.
   *
   * @return {@code valid}, the number of commits, how many of them are erased, and the ids of the
   *     first broken ones
   */
  public JsonNode verifyChain(ScopeKey scope) {
    return database.transaction("verify chain", tx -> CommitChain.verify(tx, scope));
  }

  /**
   * Recomputes the hashes of a scope's newest commits, in the caller's transaction.
   *
   * @param newest how many
   * @param sample how many broken ones to tell of
   */
  public static CommitFaults newestCommits(
      Connection connection, String scopeKey, int newest, int sample) throws SQLException {
    return CommitChain.newest(connection, scopeKey, newest, sample);
  }
}
