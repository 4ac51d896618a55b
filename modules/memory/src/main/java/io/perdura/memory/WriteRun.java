package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.LogContext;
import io.perdura.kernel.SqlStates;
import io.perdura.kernel.Tx;
import io.perdura.outbox.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One write on its way into the store: assumes that all of it is new, and looks closer only when
 * the statement finds otherwise.
 *
 * <p>An instance lives for one request and may be run several times, each in a transaction of its
 * own (see {@link io.perdura.kernel.Database}).
 */
final class WriteRun {
  private static final int MAX_ROUNDS = 5;
  private static final int MAX_LOST_RACES = 5;

  private final PreparedWrite write;
  private final int generationId;
  private final WriteFacts assumed;
  private final WriteParts parts;
  private int lostRaces;
  private long fencedSince;

  /**
   * Prepares a run.
   *
   * @param generationId where the caller's vectors belong; ignored when there are none
   * @param assumed which of the nodes are known to be stored; all others are taken for new
   */
  WriteRun(PreparedWrite write, int generationId, WriteFacts assumed, WriteParts parts) {
    this.write = write;
    this.generationId = generationId;
    this.assumed = assumed;
    this.parts = parts;
  }

  /**
   * Stores the write in {@code tx}.
   *
   * @throws ApiException 400 for mistakes that only the store can see
   * @throws SQLException a lost race has a transient state, so that the transaction is repeated
   */
  WriteResult in(Tx tx) throws SQLException {
    try {
      long start = System.nanoTime();
      WriteResult result = store(tx);
      parts.meter().stage("write", "store", System.nanoTime() - start);
      clusterNow(tx, result);
      tx.afterCommit(() -> follow(result));
      return result;
    } catch (SQLException e) {
      throw translate(e);
    }
  }

  /**
   * Stores the write in one statement that is its own transaction, assuming that all of it is new.
   *
   * @return null when that is not so, and nothing was stored then; {@link #in} finds out more
   */
  WriteResult direct(Connection connection) throws SQLException {
    CallRecord call = CallRecord.due();
    if (call != null && call.isInDoubt()) {
      return null; // whether it is stored already is for a transaction to find out
    }
    try {
      long start = System.nanoTime();
      UUID commitId = UUID.randomUUID();
      EmbeddingPlan plan = new EmbeddingPlan(write, WriteFacts.NONE);
      String hash = write.commitHash("");
      WriteStore.Stored stored =
          new WriteStore(connection, write)
              .store(WriteFacts.NONE, commitId, hash, generationId, plan.jobs(commitId));
      parts.meter().stage("write", "store", System.nanoTime() - start);
      return stored.commitId() == null
          ? null
          : new WriteResult(write, commitId, hash, plan, stored.edgeIds());
    } catch (SQLException e) {
      SQLException translated = translate(e);
      if (lostRaces > 0) {
        return null; // look closer
      }
      throw translated;
    }
  }

  /**
   * Tells whether {@link #direct} is enough: no parent to look up, no topics to find now, and no
   * node id that could belong to another scope.
   */
  boolean isDirect() {
    return write.request.parentCommitId == null
        && (write.request.topicClusterAsync || !write.request.triggerTopicCluster)
        && write.request.nodes.stream().noneMatch(node -> node.id != null && node.clientId == null);
  }

  private WriteResult store(Tx tx) throws SQLException {
    WriteStore store = new WriteStore(tx.connection(), write);
    boolean lookFirst = lostRaces > 0 || write.request.parentCommitId != null;
    WriteFacts facts = lookFirst ? look(store, null) : assumed;
    String hash = write.commitHash(facts.parentHash == null ? "" : facts.parentHash);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      UUID commitId = facts.commitId == null ? UUID.randomUUID() : facts.commitId;
      EmbeddingPlan plan = new EmbeddingPlan(write, facts);
      WriteStore.Stored stored =
          store.store(facts, commitId, hash, generationId, plan.jobs(commitId));
      if (stored.commitId() != null) {
        boolean raced = stored.inserted() < stored.fresh().size();
        if (raced) {
          look(store, hash); // another writer was faster: its nodes must be of our scopes
        }
        if (facts.commitId != null) {
          store.attach(commitId, plan.clustersAfterEmbedding());
        }
        return new WriteResult(write, commitId, hash, plan, stored.edgeIds()).raced(raced);
      }
      facts = look(store, hash);
    }
    throw new SQLException("the rows of a write keep changing under it", "40001");
  }

  private WriteFacts look(WriteStore store, String commitHash) throws SQLException {
    if (store.isFenced()) {
      fencedSince = fencedSince == 0 ? System.nanoTime() : fencedSince;
      throw EraseFence.await(fencedSince);
    }
    WriteFacts facts = store.resolve(commitHash);
    UUID parent = write.request.parentCommitId;
    if (parent != null && facts.parentHash == null) {
      throw Faults.unknownParent(parent);
    }
    facts.check(write);
    return facts;
  }

  private void clusterNow(Tx tx, WriteResult result) throws SQLException {
    Map<String, List<UUID>> events = result.plan().clustersNow();
    for (String scopeKey : events.keySet().stream().sorted().toList()) {
      long start = System.nanoTime();
      ObjectNode summary = parts.clustering().run(tx, scopeKey, events.get(scopeKey));
      parts.meter().stage("write", "cluster", System.nanoTime() - start);
      if (summary.get("processed_events").intValue() > 0
          && (result.clustered() == null || scopeKey.equals(write.scopeKey))) {
        result.clustered(summary);
      }
    }
  }

  /** What this process does once the write is committed; all of it may be lost. */
  void follow(WriteResult result) {
    EmbeddingPlan plan = result.plan();
    LogContext.commitId(result.commitId().toString());
    if (plan.pendingNodes() > 0 || plan.clustersLater()) {
      parts.outbox().wakeUp();
    }
    if (write.hasVectors()) {
      write.distinctNodes.values().stream()
          .filter(node -> node.embedding != null)
          .collect(
              Collectors.groupingBy(
                  node -> node.scope.key(),
                  Collectors.mapping(node -> node.id, Collectors.toList())))
          .forEach((scope, ids) ->
              parts.vectorEvents().fire(new VectorsChanged(scope, generationId, ids)));
    }
  }

  /** What a statement refused, as an answer or as a reason to repeat the transaction. */
  private SQLException translate(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (SqlStates.isUniqueViolation(e) || state.equals("23503")) {
      // Somebody stored the same edge, or erased a node, between our look and our statement.
      if (++lostRaces > MAX_LOST_RACES) {
        throw new ApiException(
            409, "write_conflict", "other writers keep changing the same rows; try again later");
      }
      return new SQLException("a write lost a race", "40001", e);
    }
    return SqlFaults.translate(e);
  }

  /**
   * The Outbox's wake-up is cheap; the rest is named in the constructor of {@link WriteService}.
   */
  record WriteParts(
      TopicClustering clustering, Outbox outbox, VectorEvents vectorEvents, MemoryMeter meter) {}
}
