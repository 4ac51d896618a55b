package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Reads the rows of a pack, oldest first. */
final class PackStore {
  private static final String NODES =
      """
      select n.id, n.client_id, n.type, n.tier, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id,
        n.title, n.text_summary, n.slots::text as slots, n.raw_ref, n.evidence_ref, n.salience, n.importance, n.confidence,
        %s as created_at, %s as updated_at, n.commit_id
      from memory_nodes n where n.scope = ? order by n.created_at, n.id limit ?
      """
          .formatted(NodeView.time("n.created_at"), NodeView.time("n.updated_at"));

  private static final String EDGES =
      """
      select e.id, e.type, e.src_id, e.dst_id, s.client_id as src_client_id, d.client_id as dst_client_id,
        e.weight, e.confidence, e.decay_rate, %s as created_at, e.commit_id
      from memory_edges e join memory_nodes s on s.id = e.src_id join memory_nodes d on d.id = e.dst_id
      where e.scope = ? order by e.created_at, e.id limit ?
      """
          .formatted(NodeView.time("e.created_at"));

  private static final String COMMITS =
      """
      select c.id, c.parent_id, c.input_sha256, c.actor, c.model_version, c.prompt_version, %s as created_at, c.commit_hash
      from memory_commits c where c.scope = ? order by c.created_at, c.id limit ?
      """
          .formatted(NodeView.time("c.created_at"));

  private static final List<String> NODE_META =
      List.of(
          "id",
          "client_id",
          "type",
          "tier",
          "memory_lane",
          "producer_agent_id",
          "owner_agent_id",
          "owner_team_id",
          "title",
          "text_summary",
          "slots",
          "raw_ref",
          "evidence_ref",
          "salience",
          "importance",
          "confidence",
          "created_at",
          "updated_at",
          "commit_id");
  private static final List<String> NODE_PLAIN =
      List.of("id", "client_id", "type", "title", "text_summary", "slots");
  private static final List<String> EDGE_META =
      List.of(
          "id",
          "type",
          "src_id",
          "dst_id",
          "src_client_id",
          "dst_client_id",
          "weight",
          "confidence",
          "decay_rate",
          "created_at",
          "commit_id");
  private static final List<String> EDGE_PLAIN =
      List.of(
          "id",
          "type",
          "src_id",
          "dst_id",
          "src_client_id",
          "dst_client_id",
          "weight",
          "confidence");
  private static final List<String> COMMIT_META =
      List.of(
          "id",
          "parent_id",
          "input_sha256",
          "actor",
          "model_version",
          "prompt_version",
          "created_at",
          "commit_hash");
  private static final List<String> COMMIT_PLAIN = List.of("id", "parent_id", "commit_hash");

  private final Tx tx;
  private final PackExportRequest request;

  private PackStore(Tx tx, PackExportRequest request) {
    this.tx = tx;
    this.request = request;
  }

  /** The sections of a pack, each with a flag that says whether there was more. */
  record Pack(
      ArrayNode nodes,
      ArrayNode edges,
      ArrayNode commits,
      boolean moreNodes,
      boolean moreEdges,
      boolean moreCommits) {}

  static Pack read(Tx tx, PackExportRequest request) throws SQLException {
    try (Statement snapshot = tx.connection().createStatement()) {
      snapshot.execute("set transaction isolation level repeatable read, read only");
    }
    PackStore store = new PackStore(tx, request);
    ArrayNode nodes = Jsons.array();
    ArrayNode edges = Jsons.array();
    ArrayNode commits = Jsons.array();
    boolean meta = request.meta;
    boolean moreNodes = request.nodes && store.section(NODES, meta ? NODE_META : NODE_PLAIN, nodes);
    boolean moreEdges = request.edges && store.section(EDGES, meta ? EDGE_META : EDGE_PLAIN, edges);
    boolean moreCommits =
        request.commits && store.section(COMMITS, meta ? COMMIT_META : COMMIT_PLAIN, commits);
    return new Pack(nodes, edges, commits, moreNodes, moreEdges, moreCommits);
  }

  private boolean section(String sql, List<String> keys, ArrayNode target) throws SQLException {
    try (PreparedStatement select = tx.connection().prepareStatement(sql)) {
      select.setFetchSize(1000);
      select.setString(1, request.scope.key());
      select.setInt(2, request.maxRows + 1);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          if (target.size() == request.maxRows) {
            return true;
          }
          ObjectNode row = target.addObject();
          for (String key : keys) {
            put(row, key, rows);
          }
        }
        return false;
      }
    }
  }

  private static void put(ObjectNode row, String key, ResultSet rows) throws SQLException {
    switch (key) {
      case "slots" -> row.set(key, Jsons.stored(rows.getString(key)));
      case "salience", "importance", "confidence", "weight", "decay_rate" ->
          Numbers.put(row, key, rows.getFloat(key));
      default -> row.put(key, rows.getString(key));
    }
  }
}
