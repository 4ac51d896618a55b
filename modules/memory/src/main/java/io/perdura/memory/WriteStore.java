package io.perdura.memory;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Jsons;
import io.perdura.outbox.Outbox;
import io.perdura.outbox.OutboxEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Runs the statements of a write. */
final class WriteStore {
  private final Connection connection;
  private final PreparedWrite write;

  WriteStore(Connection connection, PreparedWrite write) {
    this.connection = connection;
    this.write = write;
  }

  /**
   * Looks up every row that the write names.
   *
   * @param commitHash the write's own hash, null while the parent's is unknown
   */
  WriteFacts resolve(String commitHash) throws SQLException {
    List<UUID> nodeIds = new ArrayList<>(write.distinctNodes.keySet());
    nodeIds.addAll(write.outsideEnds.keySet());
    try (PreparedStatement select = connection.prepareStatement(WriteSql.RESOLVE)) {
      select.setString(1, Sql.array(nodeIds));
      select.setString(2, Sql.array(write.distinctEdges.stream().map(PreparedEdge::id).toList()));
      Sql.setUuid(select, 3, write.request.parentCommitId);
      select.setString(4, write.scopeKey);
      select.setString(5, commitHash);
      WriteFacts facts = new WriteFacts();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          read(facts, rows);
        }
      }
      return facts;
    }
  }

  /** Tells whether an erasure is at work in one of the scopes that this write stores into. */
  boolean isFenced() throws SQLException {
    return EraseFence.stands(connection, EraseFence.scopesOf(write));
  }

  private static void read(WriteFacts facts, ResultSet row) throws SQLException {
    UUID id = row.getObject(2, UUID.class);
    switch (row.getString(1)) {
      case "node" ->
          facts.nodes.put(
              id,
              new WriteFacts.StoredNode(
                  id,
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getString(6),
                  row.getBoolean(9),
                  row.getString(10),
                  row.getString(11)));
      case "edge" ->
          facts.edges.put(
              id,
              new PreparedEdge.Key(
                  row.getString(3),
                  row.getString(4),
                  row.getObject(7, UUID.class),
                  row.getObject(8, UUID.class)));
      case "parent" -> facts.parentHash = row.getString(5);
      default -> facts.commitId = id;
    }
  }

  /**
   * Stores the write if {@code facts} still hold.
   *
   * @param commitId id of the commit if it is new
   * @param generationId generation of the client's vectors; ignored when there are none
   * @return what was stored; nothing when its commit is null
   */
  Stored store(
      WriteFacts facts,
      UUID commitId,
      String commitHash,
      int generationId,
      List<OutboxEvent> events)
      throws SQLException {
    List<PreparedNode> fresh =
        write.distinctNodes.values().stream()
            .filter(node -> !facts.nodes.containsKey(node.id))
            .toList();
    Vectors vectors = new Vectors();
    String nodes = nodesJson(fresh, vectors);
    CallRecord call = CallRecord.due();
    AuditRow audit =
        call == null
            ? null
            : call.toCarry((facts.commitId == null ? commitId : facts.commitId).toString());
    WriteSql.Parts parts = parts(facts, fresh, vectors, events, audit != null);
    try (PreparedStatement store = connection.prepareStatement(WriteSql.store(parts))) {
      int i = 1;
      if (parts.fresh()) {
        store.setString(i++, nodes);
      }
      if (parts.edges()) {
        store.setString(i++, edgesJson());
      }
      store.setArray(i++, connection.createArrayOf("text", EraseFence.scopesOf(write).toArray()));
      if (parts.nodes()) {
        store.setString(i++, Sql.array(write.distinctNodes.keySet()));
        store.setLong(i++, write.distinctNodes.size() - (long) fresh.size());
      }
      if (parts.outsideEnds()) {
        i = bindEnds(store, i, facts);
      }
      if (parts.newCommit()) {
        i = bindCommit(store, i, commitId, commitHash);
      } else {
        store.setObject(i++, facts.commitId);
      }
      if (parts.vectors()) {
        store.setInt(i++, generationId);
        vectors.bind(store, i++);
        store.setInt(i++, write.dimension);
        store.setInt(i++, write.dimension);
      }
      if (parts.jobs()) {
        store.setString(i++, Outbox.rows(events));
      }
      if (parts.audit()) {
        store.setString(i++, audit.chain());
        store.setString(i++, audit.entry());
        store.setString(i, audit.personal());
      }
      try (ResultSet row = store.executeQuery()) {
        row.next();
        UUID stored = row.getObject(1, UUID.class);
        if (parts.audit() && stored != null) {
          call.carried();
        }
        return new Stored(stored, row.getInt(2), fresh, storedEdges(row.getString(3)));
      }
    }
  }

  private WriteSql.Parts parts(
      WriteFacts facts,
      List<PreparedNode> fresh,
      Vectors vectors,
      List<OutboxEvent> events,
      boolean audit) {
    return new WriteSql.Parts(
        !write.distinctNodes.isEmpty(),
        !fresh.isEmpty(),
        fresh.stream().anyMatch(PreparedNode::isRule),
        !vectors.all.isEmpty(),
        !write.distinctEdges.isEmpty(),
        !write.outsideEnds.isEmpty(),
        write.request.identity != null,
        facts.commitId == null,
        !events.isEmpty(),
        audit);
  }

  /**
   * Tells jobs of a commit that was stored earlier which events to cluster, unless they are done or
   * know already.
   */
  void attach(UUID commitId, Map<String, List<UUID>> events) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(WriteSql.ATTACH)) {
      for (Map.Entry<String, List<UUID>> entry : events.entrySet()) {
        update.setString(1, OutboxEvent.AFTER_EMBEDDING);
        update.setString(2, Jsons.text(EmbeddingPlan.ids(entry.getValue())));
        update.setObject(3, commitId);
        update.setString(4, entry.getKey());
        update.setString(5, OutboxEvent.EMBED_NODES);
        update.setString(6, OutboxEvent.AFTER_EMBEDDING);
        update.executeUpdate();
      }
    }
  }

  private int bindEnds(PreparedStatement store, int at, WriteFacts facts) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    List<String> scopes = new ArrayList<>();
    for (Map.Entry<UUID, Set<String>> end : write.outsideEnds.entrySet()) {
      WriteFacts.StoredNode known = facts.nodes.get(end.getKey());
      Collection<String> expected = known == null ? end.getValue() : List.of(known.scopeKey());
      for (String scope : expected) {
        ids.add(end.getKey());
        scopes.add(scope);
      }
    }
    int i = at;
    store.setString(i++, Sql.array(ids));
    store.setArray(i++, connection.createArrayOf("text", scopes.toArray()));
    if (write.request.identity != null) {
      store.setString(i++, write.request.identity.agentId());
      store.setString(i++, write.request.identity.teamId());
    }
    store.setLong(i++, ids.size());
    return i;
  }

  private int bindCommit(PreparedStatement store, int at, UUID commitId, String commitHash)
      throws SQLException {
    int i = at;
    Sql.setUuid(store, i++, commitId);
    store.setString(i++, write.scopeKey);
    Sql.setUuid(store, i++, write.request.parentCommitId);
    store.setString(i++, write.inputSha);
    store.setString(i++, write.diffJson);
    store.setString(i++, write.diffSha);
    store.setString(i++, write.actor);
    store.setString(i++, write.modelVersion);
    store.setString(i++, write.promptVersion);
    store.setString(i++, write.contentSha);
    store.setString(i++, commitHash);
    return i;
  }

  private String nodesJson(List<PreparedNode> nodes, Vectors vectors) {
    return json(json -> {
      json.writeStartArray();
      for (PreparedNode node : nodes) {
        writeNode(json, node, vectors);
      }
      json.writeEndArray();
    });
  }

  private void writeNode(JsonGenerator json, PreparedNode node, Vectors vectors)
      throws IOException {
    EmbeddingPlan.Status status = EmbeddingPlan.status(node, write.autoEmbed);
    json.writeStartObject();
    json.writeStringField("id", node.id.toString());
    json.writeStringField("scope", node.scope.key());
    json.writeStringField("type", node.type);
    json.writeStringField("tier", node.tier);
    json.writeStringField("lane", node.lane);
    optional(json, "client_id", node.clientId);
    optional(json, "producer", node.producerAgentId);
    optional(json, "agent", node.ownerAgentId);
    optional(json, "team", node.ownerTeamId);
    optional(json, "title", node.title);
    optional(json, "summary", node.textSummary);
    json.writeFieldName("slots");
    json.writeRawValue(node.slotsJson);
    optional(json, "raw_ref", node.rawRef);
    optional(json, "evidence_ref", node.evidenceRef);
    json.writeStringField("status", status.status());
    optional(json, "model", node.embeddingModel);
    optional(json, "error", status.error());
    json.writeNumberField("salience", node.salience);
    json.writeNumberField("importance", node.importance);
    json.writeNumberField("confidence", node.confidence);
    if (node.embedding != null) {
      json.writeNumberField("vec", vectors.add(node.embedding));
    }
    if (node.isRule()) {
      json.writeStringField("rule_scope", node.ruleScope());
      optional(json, "rule_agent", node.ruleTarget("agent"));
      optional(json, "rule_team", node.ruleTarget("team"));
    }
    json.writeEndObject();
  }

  private String edgesJson() {
    if (write.distinctEdges.isEmpty()) {
      return "[]";
    }
    return json(json -> {
      json.writeStartArray();
      int ord = 0;
      for (PreparedEdge edge : write.distinctEdges) {
        json.writeStartObject();
        json.writeNumberField("ord", ord++);
        json.writeStringField("id", edge.id().toString());
        json.writeStringField("scope", edge.scopeKey());
        json.writeStringField("type", edge.type());
        json.writeStringField("src", edge.srcId().toString());
        json.writeStringField("dst", edge.dstId().toString());
        json.writeNumberField("weight", edge.weight());
        json.writeNumberField("confidence", edge.confidence());
        json.writeNumberField("decay", edge.decayRate());
        json.writeBooleanField("again", edge.repeated());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private Map<PreparedEdge.Key, UUID> storedEdges(String json) {
    Map<PreparedEdge.Key, UUID> ids = new HashMap<>();
    if (json != null) {
      for (JsonNode pair : Jsons.stored(json)) {
        PreparedEdge edge = write.distinctEdges.get(pair.get(0).intValue());
        ids.put(edge.key(), UUID.fromString(pair.get(1).textValue()));
      }
    }
    return ids;
  }

  private static void optional(JsonGenerator json, String key, String value) throws IOException {
    if (value != null) {
      json.writeStringField(key, value);
    }
  }

  private static String json(JsonBody body) {
    StringWriter out = new StringWriter(512);
    try (JsonGenerator json = Jsons.MAPPER.createGenerator(out)) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes any JSON", e);
    }
    return out.toString();
  }

  @FunctionalInterface
  private interface JsonBody {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * What a statement stored.
   *
   * @param commitId null when it stored nothing
   * @param inserted nodes that were new; less than {@code fresh} when another writer was faster
   * @param edgeIds ids of edges that existed already under another id
   */
  record Stored(
      UUID commitId, int inserted, List<PreparedNode> fresh, Map<PreparedEdge.Key, UUID> edgeIds) {}

  /** All vectors of a request in one array, one behind the other. */
  private static final class Vectors {
    private final List<float[]> all = new ArrayList<>();

    int add(float[] vector) {
      all.add(vector);
      return all.size() - 1;
    }

    void bind(PreparedStatement statement, int index) throws SQLException {
      if (all.size() == 1) {
        statement.setObject(index, all.getFirst());
      } else {
        int length = all.getFirst().length;
        float[] flat = new float[length * all.size()];
        for (int i = 0; i < all.size(); i++) {
          System.arraycopy(all.get(i), 0, flat, i * length, length);
        }
        statement.setObject(index, flat);
      }
    }
  }
}
