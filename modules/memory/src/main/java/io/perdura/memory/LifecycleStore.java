package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Viewer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads, locks and changes the nodes of a maintenance call. */
final class LifecycleStore {
  private static final String REHYDRATE =
      """
      update memory_nodes n set tier = ?, last_activated = now(), commit_id = ?,
        slots = n.slots || jsonb_build_object('last_rehydrated_at', ?::text, 'last_rehydrated_job', 'archive_rehydrate',
          'last_rehydrated_from_tier', n.tier, 'last_rehydrated_to_tier', ?::text, 'last_rehydrated_reason', ?::text,
          'last_rehydrated_input_sha256', ?::text)
      where n.id = any(?::uuid[])
      """;

  private static final String ACTIVATE =
      """
      update memory_nodes n set slots = r.slots, commit_id = ?,
        last_activated = case when ? then now() else n.last_activated end
      from jsonb_to_recordset(?::jsonb) as r(id uuid, slots jsonb)
      where n.id = r.id
      """;

  private final Connection connection;
  private final ScopeKey scope;

  LifecycleStore(Connection connection, ScopeKey scope) {
    this.connection = connection;
    this.scope = scope;
  }

  /** A node that was found and locked. */
  record Found(UUID id, String clientId, String tier, ObjectNode slots) {}

  /**
   * Returns those of the selected nodes that exist in the scope, locked in the order of their ids.
   *
   * @param identity when set, a private node of somebody else counts as missing
   */
  Map<UUID, Found> lock(NodeSelection selection, WriteIdentity identity) throws SQLException {
    StringBuilder sql =
        new StringBuilder("select n.id, n.client_id, n.tier, n.slots::text from memory_nodes n")
            .append(" where n.scope = ? and n.id = any(?::uuid[])");
    Viewer viewer = identity == null ? null : new Viewer(identity.agentId(), identity.teamId());
    if (viewer != null) {
      sql.append(" and ").append(Visibility.condition("n", viewer));
    }
    sql.append(" order by n.id for no key update");
    Sql.planByIndex(connection);
    try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
      select.setString(1, scope.key());
      select.setString(2, Sql.array(selection.candidates()));
      int i = 3;
      for (String value : viewer == null ? List.<String>of() : Visibility.values(viewer)) {
        select.setString(i++, value);
      }
      Map<UUID, Found> found = new LinkedHashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          found.put(
              id,
              new Found(
                  id,
                  rows.getString(2),
                  rows.getString(3),
                  (ObjectNode) Jsons.stored(rows.getString(4))));
        }
      }
      return found;
    }
  }

  void rehydrate(RehydrateRequest request, List<UUID> ids, UUID commitId, String now)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(REHYDRATE)) {
      update.setString(1, request.targetTier);
      update.setObject(2, commitId);
      update.setString(3, now);
      update.setString(4, request.targetTier);
      update.setString(5, request.reason);
      update.setString(6, request.selection.inputSha);
      update.setString(7, Sql.array(ids));
      update.executeUpdate();
    }
  }

  void activate(Map<UUID, ObjectNode> slots, UUID commitId, boolean touch) throws SQLException {
    ArrayNode rows = Jsons.array();
    slots.forEach((id, value) -> rows.addObject().put("id", id.toString()).set("slots", value));
    try (PreparedStatement update = connection.prepareStatement(ACTIVATE)) {
      update.setObject(1, commitId);
      update.setBoolean(2, touch);
      update.setString(3, Jsons.text(rows));
      update.executeUpdate();
    }
  }
}
