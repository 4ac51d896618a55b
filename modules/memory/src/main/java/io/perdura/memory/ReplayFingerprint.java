package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Hashes of what jobs made of a scope: no times and no commits, which differ each time, but every
 * text, number and edge that they chose.
 */
record ReplayFingerprint(String consolidation, String compression, String topic, String alias) {
  private static final String COMPRESSION =
      """
      select json_build_object('id', n.id, 'title', n.title, 'text', n.text_summary, 'lane', n.memory_lane,
        'owner', n.owner_agent_id, 'team', n.owner_team_id, 'topic', n.slots->>'source_topic_id',
        'hash', n.slots->>'source_event_hash')::text
      from memory_nodes n where n.scope = ? and n.slots->>'summary_kind' = 'compression_rollup' order by n.id
      """;

  private static final String TOPICS =
      """
      select json_build_object('id', n.id, 'state', coalesce(n.slots->>'topic_state', 'active'), 'title', n.title,
        'members', coalesce(n.slots->>'member_count', '0'), 'merged', n.slots->'merged_from', 'edges', (
          select json_agg(json_build_array(e.src_id, e.weight, e.confidence) order by e.src_id) from memory_edges e
          where e.dst_id = n.id and e.type = 'part_of'), 'vectors', (
          select json_agg(md5(array_send(v.embedding::real[])) order by v.generation_id) from memory_vectors v
          where v.node_id = n.id))::text
      from memory_nodes n where n.scope = ? and n.type = 'topic' order by n.id
      """;

  private static final String ALIASES =
      """
      select json_build_object('id', n.id, 'alias_of', n.slots->>'alias_of', 'pair', n.slots->>'consolidation_pair_key', 'edges', (
        select count(*) from memory_edges e where e.src_id = n.id or e.dst_id = n.id))::text
      from memory_nodes n where n.scope = ? and coalesce(n.slots->>'alias_of', '') <> '' order by n.id
      """;

  /**
   * Looks at a scope.
   *
   * @param candidates what the search for duplicates suggested before anything was merged
   */
  static ReplayFingerprint of(
      Connection connection, String scopeKey, List<ConsolidationPair> candidates)
      throws SQLException {
    ArrayNode list = Jsons.array();
    candidates.forEach(pair -> list.add(pair.candidate()));
    return new ReplayFingerprint(
        CanonicalJson.sha256Hex(list),
        rolling(connection, "compression", COMPRESSION, scopeKey),
        rolling(connection, "topic", TOPICS, scopeKey),
        rolling(connection, "alias", ALIASES, scopeKey));
  }

  private static String rolling(Connection connection, String name, String sql, String scopeKey)
      throws SQLException {
    String hash = Hashes.sha256Hex("snapshot:" + name + ":seed");
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setFetchSize(500);
      select.setString(1, scopeKey);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          String row = CanonicalJson.write(Jsons.stored(rows.getString(1)));
          hash = Hashes.sha256Hex(hash + "\n" + row);
        }
      }
    }
    return hash;
  }

  String combined() {
    return CanonicalJson.sha256Hex(json());
  }

  ObjectNode json() {
    return Jsons.object()
        .put("consolidation", consolidation)
        .put("compression", compression)
        .put("topic", topic)
        .put("alias", alias);
  }
}
