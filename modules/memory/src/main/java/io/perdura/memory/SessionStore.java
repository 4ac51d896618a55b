package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Viewer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** Reads sessions of one scope. */
final class SessionStore {
  private static final String FIND =
      """
      select n.id, n.type, n.title, n.text_summary,
        n.embedding_status = 'ready' and exists (select from memory_vectors v where v.node_id = n.id),
        n.memory_lane, n.owner_agent_id, n.owner_team_id
      from memory_nodes n where n.id = ? and n.scope = ?
      """;

  private final Connection connection;
  private final ScopeKey scope;

  SessionStore(Connection connection, ScopeKey scope) {
    this.connection = connection;
    this.scope = scope;
  }

  /** A session that exists. */
  record Session(
      WriteFacts.StoredNode node, String lane, String ownerAgentId, String ownerTeamId) {}

  /** Returns the session, whoever may see it; null when there is none. */
  Session find(String sessionId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      UUID id = SessionNames.node(scope.key(), sessionId);
      select.setObject(1, id);
      select.setString(2, scope.key());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        WriteFacts.StoredNode node =
            new WriteFacts.StoredNode(
                id,
                scope.key(),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                null,
                null);
        return new Session(node, row.getString(6), row.getString(7), row.getString(8));
      }
    }
  }

  ObjectNode events(SessionEventsRequest request) throws SQLException {
    ObjectNode answer =
        Jsons.object().put("tenant_id", scope.tenant().value()).put("scope", scope.scope());
    ObjectNode session = visible(request.sessionId, request.viewer);
    answer.set("session", session);
    ArrayNode events = answer.putArray("events");
    boolean more =
        session != null
            && read(request, UUID.fromString(session.get("node_id").textValue()), events);
    answer.set("page", FindService.page(request.limit, request.offset, events.size(), more));
    return answer;
  }

  private ObjectNode visible(String sessionId, Viewer viewer) throws SQLException {
    String sql =
        "select n.title, n.text_summary from memory_nodes n where n.id = ? and n.scope = ?"
            + " and n.type = 'topic' and "
            + Visibility.condition("n", viewer);
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      UUID id = SessionNames.node(scope.key(), sessionId);
      select.setObject(1, id);
      select.setString(2, scope.key());
      int i = 3;
      for (String value : Visibility.values(viewer)) {
        select.setString(i++, value);
      }
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Jsons.object()
                .put("session_id", sessionId)
                .put("node_id", id.toString())
                .put("title", row.getString(1))
                .put("text_summary", row.getString(2))
                .put("uri", FindService.uri(scope, "topic", id.toString()))
            : null;
      }
    }
  }

  private boolean read(SessionEventsRequest request, UUID topic, ArrayNode events)
      throws SQLException {
    String sql =
        "select n.id, n.client_id, n.title, n.text_summary, e.weight, e.confidence as edge_confidence,"
            + " n.slots::text as slots, "
            + NodeView.META_COLUMNS
            + " from memory_edges e join memory_nodes n on n.id = e.src_id"
            + " where e.dst_id = ? and e.type = 'part_of' and e.scope = ? and n.scope = ?"
            + " and n.type = 'event' and "
            + Visibility.condition("n", request.viewer)
            + " order by n.created_at desc, n.id desc limit ? offset ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setObject(1, topic);
      select.setString(2, scope.key());
      select.setString(3, scope.key());
      int i = 4;
      for (String value : Visibility.values(request.viewer)) {
        select.setString(i++, value);
      }
      select.setInt(i++, request.limit + 1);
      select.setInt(i, request.offset);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          if (events.size() == request.limit) {
            return true;
          }
          events.add(event(request, rows));
        }
        return false;
      }
    }
  }

  private ObjectNode event(SessionEventsRequest request, ResultSet row) throws SQLException {
    String id = row.getString("id");
    JsonNode slots = Jsons.stored(row.getString("slots"));
    JsonNode eventId = slots.get("event_id");
    ObjectNode event =
        Jsons.object()
            .put("uri", FindService.uri(scope, "event", id))
            .put("id", id)
            .put("client_id", row.getString("client_id"))
            .put("event_id", eventId != null && eventId.isTextual() ? eventId.textValue() : null)
            .put("type", "event")
            .put("title", row.getString("title"))
            .put("text_summary", row.getString("text_summary"));
    Numbers.put(event, "edge_weight", row.getFloat("weight"));
    Numbers.put(event, "edge_confidence", row.getFloat("edge_confidence"));
    request.view.putSlots(event, slots);
    if (request.view.meta()) {
      NodeView.putMeta(event, row, false);
    }
    return event;
  }
}
