package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.LogContext;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Changes the standing of nodes that exist: tiers and feedback (contract, sections 8 and 9). */
@ApplicationScoped
public class LifecycleService {
  private static final List<String> BY_WARMTH = List.of("archive", "cold", "warm", "hot");
  private static final String REHYDRATE = "archive_rehydrate";
  private static final String ACTIVATE = "nodes_activate";

  private final Database database;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final Clock clock;

  @Inject
  LifecycleService(
      Database database, Generations generations, VectorEvents vectorEvents, Clock clock) {
    this.database = database;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
    this.clock = clock;
  }

  protected LifecycleService() {
    this(null, null, null, null);
  }

  /** A service without container, for tests and tools. */
  public static LifecycleService of(Database database, Generations generations, Clock clock) {
    return new LifecycleService(database, generations, VectorEvents.silent(), clock);
  }

  /**
   * Raises nodes to a tier; those that are as warm already stay as they are.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code rehydrate_no_resolved_nodes}
   */
  public Once.Answer rehydrate(RehydrateRequest request, Once once) {
    int generationId = generations.configured();
    return database.once(once, "rehydrate", tx -> rehydrate(tx, request, generationId));
  }

  private JsonNode rehydrate(Tx tx, RehydrateRequest request, int generationId)
      throws SQLException {
    LifecycleStore store = new LifecycleStore(tx.connection(), request.scope);
    Map<UUID, LifecycleStore.Found> found = store.lock(request.selection, request.identity);
    NodeSelection.Resolution resolution =
        request.selection.resolve(clientIds(found), "rehydrate_no_resolved_nodes");
    int target = BY_WARMTH.indexOf(request.targetTier);
    List<UUID> moved =
        resolution.present().stream()
            .filter(id -> BY_WARMTH.indexOf(found.get(id).tier()) < target)
            .toList();
    List<UUID> noop = resolution.present().stream().filter(id -> !moved.contains(id)).toList();
    JobCommits.Commit commit = null;
    if (!moved.isEmpty()) {
      String now = Timestamps.iso(clock.instant());
      ObjectNode diff =
          head(REHYDRATE, now, request.scope, request.actor)
              .put("target_tier", request.targetTier)
              .put("reason", request.reason);
      request.selection.describe(diff, resolution);
      diff.set("moved_ids", NodeSelection.ids(moved));
      diff.set("noop_ids", NodeSelection.ids(noop));
      putMissing(diff, resolution);
      commit = commit(tx, request.scope, REHYDRATE, request.actor, request.selection, diff);
      store.rehydrate(request, moved, commit.id(), now);
      tx.afterCommit(
          () -> vectorEvents.fire(new VectorsChanged(request.scope.key(), generationId, moved)));
    }
    ObjectNode answer =
        Jsons.object()
            .put("scope", request.scope.scope())
            .put("tenant_id", request.scope.tenant().value())
            .put("target_tier", request.targetTier);
    put(answer, commit);
    ObjectNode summary = answer.putObject("rehydrated");
    putCounts(summary, request.selection, resolution)
        .put("moved_nodes", moved.size())
        .put("noop_nodes", noop.size());
    putMissing(summary, resolution);
    summary.set("moved_ids", NodeSelection.ids(moved));
    summary.set("noop_ids", NodeSelection.ids(noop));
    return answer;
  }

  /**
   * Records how useful nodes were, and that they were used.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code nodes_activate_no_resolved_nodes}
   */
  public Once.Answer activate(ActivateRequest request, Once once) {
    return database.once(once, "activate", tx -> activate(tx, request));
  }

  private JsonNode activate(Tx tx, ActivateRequest request) throws SQLException {
    LifecycleStore store = new LifecycleStore(tx.connection(), request.scope);
    Map<UUID, LifecycleStore.Found> found = store.lock(request.selection, request.identity);
    NodeSelection.Resolution resolution =
        request.selection.resolve(clientIds(found), "nodes_activate_no_resolved_nodes");
    List<UUID> present = resolution.present();
    JobCommits.Commit commit = null;
    if (!present.isEmpty()) {
      String now = Timestamps.iso(clock.instant());
      ObjectNode diff =
          head(ACTIVATE, now, request.scope, request.actor)
              .put("run_id", request.runId)
              .put("outcome", request.outcome)
              .put("activate", request.activate)
              .put("reason", request.reason);
      request.selection.describe(diff, resolution);
      diff.set("found_node_ids", NodeSelection.ids(present));
      putMissing(diff, resolution);
      commit = commit(tx, request.scope, ACTIVATE, request.actor, request.selection, diff);
      Map<UUID, ObjectNode> slots = new LinkedHashMap<>();
      present.forEach(id -> slots.put(id, Feedback.apply(found.get(id).slots(), request, now)));
      store.activate(slots, commit.id(), request.activate);
    }
    ObjectNode answer =
        Jsons.object()
            .put("scope", request.scope.scope())
            .put("tenant_id", request.scope.tenant().value());
    put(answer, commit);
    ObjectNode summary = answer.putObject("activated");
    putCounts(summary, request.selection, resolution).put("updated_nodes", present.size());
    putMissing(summary, resolution);
    summary.set("updated_ids", NodeSelection.ids(present));
    if (!present.isEmpty()) {
      summary.put("outcome", request.outcome).put("activate", request.activate);
    }
    return answer;
  }

  private static Map<UUID, String> clientIds(Map<UUID, LifecycleStore.Found> found) {
    Map<UUID, String> clientIds = new HashMap<>();
    found.forEach((id, node) -> clientIds.put(id, node.clientId()));
    return clientIds;
  }

  private static ObjectNode head(String job, String now, ScopeKey scope, String actor) {
    return Jsons.object()
        .put("job", job)
        .put("started_at", now)
        .put("scope", scope.key())
        .put("actor", actor);
  }

  private static JobCommits.Commit commit(
      Tx tx, ScopeKey scope, String kind, String actor, NodeSelection selection, ObjectNode diff)
      throws SQLException {
    JobCommits.Commit commit =
        JobCommits.append(tx.connection(), scope.key(), kind, actor, selection.inputSha, diff);
    LogContext.commitId(commit.id().toString());
    return commit;
  }

  private static void put(ObjectNode answer, JobCommits.Commit commit) {
    answer
        .put("commit_id", commit == null ? null : commit.id().toString())
        .put("commit_hash", commit == null ? null : commit.hash());
  }

  private static ObjectNode putCounts(
      ObjectNode summary, NodeSelection selection, NodeSelection.Resolution resolution) {
    return summary
        .put("requested_node_ids", selection.nodeIds.size())
        .put("requested_client_ids", selection.clientIds.size())
        .put("resolved_node_ids", resolution.resolved().size())
        .put("found_nodes", resolution.present().size());
  }

  private static void putMissing(ObjectNode target, NodeSelection.Resolution resolution) {
    target.set("missing_node_ids", NodeSelection.ids(resolution.missing()));
    target.set("missing_client_ids", NodeSelection.texts(resolution.missingClientIds()));
  }
}
