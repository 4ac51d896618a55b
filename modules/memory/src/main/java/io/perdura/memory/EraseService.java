package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

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
  private static final int MAX_FALLEN_FENCES = 3;

  private static final Logger LOG = Logger.getLogger(EraseService.class.getName());

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
    Erasure opened =
        database.transaction(
            "open erasure", tx -> new ErasureLedger(tx.connection()).open(request));
    Outcome outcome = run(opened, true);
    Erasure erasure = outcome.erasure;
    if (!outcome.complete) {
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
      if (run(erasure, false).complete) {
        database.transaction(
            "complete erasure", tx -> new ErasureLedger(tx.connection()).complete(erasure));
      } else {
        open++;
      }
    }
    return open;
  }

  /**
   * How a run ended.
   *
   * @param complete false when the deadline came first
   */
  private record Outcome(Erasure erasure, boolean complete) {}

  /**
   * Runs an erasure.
   *
   * @param thorough look for copies of a node even when the node itself is not there. Nodes go
   *     last, so a database in which one is missing holds none of its copies: a replay need not
   *     look.
   */
  private Outcome run(Erasure erasure, boolean thorough) {
    ErasureRun run =
        new ErasureRun(
            database, erasure, settings.get(MemorySettings.PERDURA_ERASE_CHUNK), this::changed);
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          pass(run, thorough);
          return new Outcome(run.erasure(), true);
        } catch (ErasureRun.FenceFellException e) {
          LOG.log(Level.INFO, "erasure {0}: the fence fell, beginning again", erasure.id());
          if (attempt == MAX_FALLEN_FENCES) {
            return new Outcome(run.erasure(), false);
          }
        }
      }
    } catch (ErasureRun.OutOfTimeException e) {
      return new Outcome(run.erasure(), false);
    } finally {
      run.open();
    }
  }

  private void pass(ErasureRun run, boolean thorough) {
    ScopeKey.Defaults defaults = settings.defaults();
    switch (run.erasure().kind()) {
      case NODE, SESSION -> {
        ScopeKey scope = run.erasure().scopeKey(defaults);
        new ErasureOfNodes(run, scope, () -> nodes(run.erasure(), scope, thorough)).erase();
      }
      case SCOPE -> eraseScope(run, run.erasure().scopeKey(defaults));
      case TENANT -> eraseTenant(run, defaults);
    }
  }

  private void eraseScope(ErasureRun run, ScopeKey scope) {
    new ScopeErasure(run, scope).erase();
    generations.forget(scope.key());
  }

  private void eraseTenant(ErasureRun run, ScopeKey.Defaults defaults) {
    Erasure erasure = run.erasure();
    String tenant = erasure.tenant().value();
    run.awaitWriters(erasure.requestedAt());
    List<ScopeKey> scopes = scopesOf(erasure, defaults);
    String done = run.progress();
    int next = 0;
    for (int i = 0; i < scopes.size(); i++) {
      next = scopes.get(i).key().equals(done) ? i + 1 : next;
    }
    for (ScopeKey scope : scopes.subList(next, scopes.size())) {
      eraseScope(run, scope);
      run.step((tx, removed) -> {
        new ErasureLedger(tx.connection()).advance(erasure, scope.key());
        return null;
      });
    }
    ControlErasure.STEPS.forEach((table, sql) -> run.drain(table, sql, tenant));
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

  private Map<UUID, String> nodes(Erasure erasure, ScopeKey scope, boolean thorough) {
    boolean session = erasure.kind() == EraseRequest.Kind.SESSION;
    UUID named =
        session
            ? SessionNames.node(scope.key(), erasure.target())
            : UUID.fromString(erasure.target());
    Map<UUID, String> nodes =
        database.read(
            "nodes to erase",
            connection -> {
              String sql = session ? EraseSql.SESSION_NODES : EraseSql.NODE;
              try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setString(1, scope.key());
                select.setObject(2, erasure.requestedAt());
                select.setObject(3, named);
                if (session) {
                  select.setObject(4, named);
                  select.setString(5, SessionNames.eventPrefix(erasure.target()));
                }
                return NodeEraser.nodes(select);
              }
            });
    if (thorough) {
      nodes.putIfAbsent(named, session ? SessionNames.session(erasure.target()) : null);
    }
    return nodes;
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

  private void changed(String scopeKey, List<UUID> nodeIds) {
    for (Generation generation : generations.all()) {
      vectorEvents.fire(new VectorsChanged(scopeKey, generation.id(), nodeIds));
    }
  }
}
