package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
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
import java.util.UUID;

/**
 * Erases memory for good and proves it: counts by table, a query for what is left, and a ledger
 * that is replayed after a restore.
 *
 * <p>The commit chain stays verifiable: erased commits keep their hashes and lose their content. A
 * large erasure runs in short transactions; when the caller's deadline comes first, the answer says
 * {@code complete: false} and the same request continues it.
 */
@ApplicationScoped
public class EraseService {
  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(2);
  private static final long SETTLE_PAUSE_MILLIS = 20;

  /** A transaction that began before the erasure may still commit rows with an older time. */
  private static final String OLDER_TRANSACTIONS =
      """
      select exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and backend_type = 'client backend' and xact_start <= ?)
      """;

  private final Database database;
  private final Settings settings;
  private final Generations generations;
  private final ConsistencyService consistency;
  private final VectorEvents vectorEvents;

  @Inject
  EraseService(
      Database database,
      Settings settings,
      Generations generations,
      ConsistencyService consistency,
      VectorEvents vectorEvents) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
    this.consistency = consistency;
    this.vectorEvents = vectorEvents;
  }

  protected EraseService() {
    this(null, null, null, null, null);
  }

  /** A service without container, for tests and tools: nobody hears of removed vectors. */
  public static EraseService of(
      Database database,
      Settings settings,
      Generations generations,
      ConsistencyService consistency) {
    return new EraseService(database, settings, generations, consistency, VectorEvents.silent());
  }

  /**
   * Erases what the request names, as far as it was created before the request.
   *
   * @return target, erasure id, counts by table and index, and the residue; with {@code complete}
   *     false (and never stored under a key) when the deadline came first
   * @throws io.perdura.kernel.ApiException 409 or 410 about the Idempotency-Key, 503 without a
   *     database
   */
  public Once.Answer erase(EraseRequest request, Once once) {
    Optional<Once.Answer> answered = database.answered(once);
    if (answered.isPresent()) {
      return answered.get();
    }
    Erasure erasure =
        database.transaction(
            "open erasure", tx -> new ErasureLedger(tx.connection()).open(request));
    if (!run(erasure)) {
      return new Once.Answer(progress(erasure), false);
    }
    ObjectNode residue = (ObjectNode) consistency.residue(erasure);
    return database.once(
        once,
        "complete erasure",
        tx -> {
          ObjectNode removed = new ErasureLedger(tx.connection()).complete(erasure);
          ObjectNode answer = answer(erasure, true, removed);
          answer.set("residue", residue);
          return answer;
        });
  }

  private ObjectNode progress(Erasure erasure) {
    ObjectNode removed =
        database.read(
            "erasure progress", connection -> new ErasureLedger(connection).removed(erasure));
    return answer(erasure, false, removed);
  }

  private static ObjectNode answer(Erasure erasure, boolean complete, ObjectNode removed) {
    ObjectNode answer = erasure.toJson().put("complete", complete);
    answer.set("removed", removed);
    answer
        .putObject("indexes")
        .put("lexical", removed.path("memory_nodes").asLong())
        .put("vector", removed.path("memory_vectors").asLong());
    return answer;
  }

  /** Finishes erasures that were interrupted. Returns how many are still unfinished. */
  public int resume() {
    return runAll(false);
  }

  /**
   * Applies the whole ledger again, in order: after a restore, before the database serves anybody.
   *
   * @return how many entries could not be finished before the deadline; 0 = done
   */
  public int replayLedger() {
    return runAll(true);
  }

  /**
   * Adds the entries of an exported ledger that this (restored, older) database lacks, then replays
   * all of it.
   *
   * @param exported what {@link #exportLedger} returned before the restore
   */
  public int replayLedger(JsonNode exported) {
    database.transaction(
        "restore ledger", tx -> new ErasureLedger(tx.connection()).restore(exported));
    return replayLedger();
  }

  /** Returns the ledger: identifiers, times and counts, no content. Keep it apart from backups. */
  public ArrayNode exportLedger() {
    return database.read("ledger", connection -> new ErasureLedger(connection).export());
  }

  private int runAll(boolean finished) {
    List<Erasure> erasures =
        database.read("ledger", connection -> new ErasureLedger(connection).list(finished));
    int open = 0;
    for (Erasure erasure : erasures) {
      if (run(erasure)) {
        database.transaction(
            "complete erasure", tx -> new ErasureLedger(tx.connection()).complete(erasure));
      } else {
        open++;
      }
    }
    return open;
  }

  /** Returns false when the deadline came first. */
  private boolean run(Erasure erasure) {
    ErasureRun run =
        new ErasureRun(
            database, erasure, settings.get(MemorySettings.PERDURA_ERASE_CHUNK), this::changed);
    try {
      pass(run, erasure);
      awaitOlderTransactions(erasure);
      pass(run, erasure);
      return true;
    } catch (ErasureRun.OutOfTimeException e) {
      return false;
    }
  }

  private void pass(ErasureRun run, Erasure erasure) {
    ScopeKey.Defaults defaults = settings.defaults();
    switch (erasure.kind()) {
      case NODE, SESSION -> {
        ScopeKey scope = erasure.scopeKey(defaults);
        run.eraseNodes(scope, nodes(erasure, scope));
      }
      case SCOPE -> eraseScope(run, erasure, erasure.scopeKey(defaults));
      case TENANT -> {
        for (ScopeKey scope : scopesOf(erasure, defaults)) {
          eraseScope(run, erasure, scope);
        }
        String tenant = erasure.tenant().value();
        run.drain("memory_request_telemetry", EraseSql.TENANT_TELEMETRY, tenant);
        run.step((tx, removed) -> {
          try (PreparedStatement update = tx.connection().prepareStatement(EraseSql.TENANT_KEYS)) {
            update.setString(1, tenant);
            update.setObject(2, erasure.requestedAt());
            removed.add("idempotency_keys", update.executeUpdate());
          }
          return null;
        });
      }
    }
  }

  private void eraseScope(ErasureRun run, Erasure erasure, ScopeKey scope) {
    new ScopeErasure(run, erasure, scope).erase();
    generations.forget(scope.key());
  }

  private Map<UUID, String> nodes(Erasure erasure, ScopeKey scope) {
    return database.read(
        "nodes to erase",
        connection -> {
          boolean session = erasure.kind() == EraseRequest.Kind.SESSION;
          String sql = session ? EraseSql.SESSION_NODES : EraseSql.NODE;
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, scope.key());
            select.setObject(2, erasure.requestedAt());
            if (session) {
              UUID topic = SessionNames.node(scope.key(), erasure.target());
              select.setObject(3, topic);
              select.setObject(4, topic);
              select.setString(5, SessionNames.eventPrefix(erasure.target()));
            } else {
              select.setObject(3, UUID.fromString(erasure.target()));
            }
            return NodeEraser.nodes(select);
          }
        });
  }

  private List<ScopeKey> scopesOf(Erasure erasure, ScopeKey.Defaults defaults) {
    return database.read(
        "scopes of tenant",
        connection -> {
          List<ScopeKey> scopes = new ArrayList<>();
          for (String key : ConsistencyService.scopes(connection)) {
            ScopeKey scope = ScopeKey.fromKey(key, defaults);
            if (scope.tenant().equals(erasure.tenant())) {
              scopes.add(scope);
            }
          }
          return scopes;
        });
  }

  private void awaitOlderTransactions(Erasure erasure) {
    long end = System.nanoTime() + SETTLE_LIMIT.toNanos();
    while (database.read("older transactions", connection -> older(connection, erasure))) {
      boolean late =
          System.nanoTime() - end > 0 || Deadline.current().remaining().compareTo(SETTLE_LIMIT) < 0;
      if (late) {
        return; // the residue shows whether it mattered
      }
      try {
        Thread.sleep(SETTLE_PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static boolean older(Connection connection, Erasure erasure) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(OLDER_TRANSACTIONS)) {
      select.setObject(1, erasure.requestedAt());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private void changed(String scopeKey, List<UUID> nodeIds) {
    for (Generation generation : generations.all()) {
      vectorEvents.fire(new VectorsChanged(scopeKey, generation.id(), nodeIds));
    }
  }
}
