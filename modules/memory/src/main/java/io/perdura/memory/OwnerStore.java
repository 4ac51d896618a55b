package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The statements of the owner backfills. */
final class OwnerStore {
  private static final String UNOWNED =
      """
      n.scope = ? and n.memory_lane = 'private' and coalesce(btrim(n.owner_agent_id), '') = ''
        and coalesce(btrim(n.owner_team_id), '') = ''\
      """;

  private static final String BY_TYPE =
      "select n.type, count(*) from memory_nodes n where " + UNOWNED + "%s group by 1 order by 1";

  /** Newest first, along the index of that order. */
  private static final String PAGE =
      "select n.id, n.type, n.producer_agent_id, n.created_at::text from memory_nodes n where "
          + UNOWNED
          + """
          %s and (n.created_at, n.id) < (?::timestamptz, ?::uuid)
          order by n.created_at desc, n.id desc limit ? for no key update\
          """;

  private static final String CHANGE =
      """
      update memory_nodes n set owner_agent_id = r.agent, owner_team_id = r.team, memory_lane = r.lane, commit_id = ?,
        slots = case when r.quarantined and jsonb_typeof(n.slots) = 'object'
          then n.slots || jsonb_build_object('owner_quarantined_at', ?::text, 'owner_quarantined_by', ?::text)
          else n.slots end
      from jsonb_to_recordset(?::jsonb) as r(id uuid, agent text, team text, lane text, quarantined boolean)
      where n.id = r.id
      """;

  /** Nothing changes but the version of the rule set: who may see a rule is compiled into it. */
  private static final String RULES_CHANGED =
      "update memory_rule_defs set positive_count = positive_count where rule_node_id = any(?::uuid[])";

  private final Connection connection;
  private final String scopeKey;
  private final String onlyRules;

  OwnerStore(Connection connection, String scopeKey, boolean rulesOnly) {
    this.connection = connection;
    this.scopeKey = scopeKey;
    this.onlyRules = rulesOnly ? " and n.type = 'rule'" : "";
  }

  /** A private node without owner. */
  record Unowned(UUID id, String type, String producer) {}

  /** Behind which node the next page starts. */
  record Cursor(String createdAt, String id) {}

  /** A page of nodes, locked, and where it ends. */
  record Found(List<Unowned> nodes, Cursor last) {}

  Map<String, Long> unownedByType() throws SQLException {
    Map<String, Long> counts = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(BY_TYPE.formatted(onlyRules))) {
      select.setString(1, scopeKey);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          counts.put(rows.getString(1), rows.getLong(2));
        }
      }
    }
    return counts;
  }

  Found lock(Cursor after, int size) throws SQLException {
    List<Unowned> nodes = new ArrayList<>();
    Cursor last = after;
    try (PreparedStatement select = connection.prepareStatement(PAGE.formatted(onlyRules))) {
      select.setString(1, scopeKey);
      select.setString(2, after.createdAt);
      select.setString(3, after.id);
      select.setInt(4, size);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          nodes.add(new Unowned(id, row.getString(2), row.getString(3)));
          last = new Cursor(row.getString(4), id.toString());
        }
      }
    }
    return new Found(nodes, last);
  }

  void change(List<OwnerBackfill.Change> changes, UUID commitId, String job, String now)
      throws SQLException {
    ArrayNode rows = Jsons.array();
    List<UUID> rules = new ArrayList<>();
    for (OwnerBackfill.Change change : changes) {
      boolean shared = change.action() == OwnerBackfill.Action.MOVE_SHARED;
      rows.addObject()
          .put("id", change.id().toString())
          .put("agent", change.agent())
          .put("team", change.team())
          .put("lane", shared ? "shared" : "private")
          .put("quarantined", change.action() == OwnerBackfill.Action.QUARANTINE);
      if (change.type().equals("rule")) {
        rules.add(change.id());
      }
    }
    Sql.planByIndex(connection);
    try (PreparedStatement update = connection.prepareStatement(CHANGE)) {
      update.setObject(1, commitId);
      update.setString(2, now);
      update.setString(3, job);
      update.setString(4, Jsons.text(rows));
      update.executeUpdate();
    }
    if (!rules.isEmpty()) {
      try (PreparedStatement update = connection.prepareStatement(RULES_CHANGED)) {
        update.setString(1, Sql.array(rules));
        update.executeUpdate();
      }
    }
  }
}
