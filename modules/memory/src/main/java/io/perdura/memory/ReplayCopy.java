package io.perdura.memory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A copy of part of a scope under the name of another, in a transaction that is rolled back: jobs
 * can be tried on it, and nobody else ever sees it. A node's copy has the same id each time.
 */
final class ReplayCopy {
  /** Id of a copy: from the name of the scope and the id of the original. */
  private static final String ID = "md5(p.target || %s)::uuid";

  private static final String NODES =
      """
      with p as (select ?::text as source, ?::text as target, ?::int as lim)
      insert into memory_nodes (id, scope, client_id, type, tier, memory_lane, producer_agent_id, owner_agent_id, owner_team_id,
        title, text_summary, slots, raw_ref, evidence_ref, embedding_status, embedding_model, embedding_ready_at, salience,
        importance, confidence, last_activated, commit_id, created_at, updated_at, decayed_at)
      select %s, p.target, n.client_id, n.type, n.tier, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id,
        n.title, n.text_summary, n.slots, n.raw_ref, n.evidence_ref, n.embedding_status, n.embedding_model,
        n.embedding_ready_at, n.salience, n.importance, n.confidence, n.last_activated, n.commit_id, n.created_at, n.updated_at,
        n.decayed_at
      from p cross join lateral (select * from memory_nodes m where m.scope = p.source
        and m.type in ('event', 'topic', 'concept', 'entity') order by m.created_at desc, m.id desc limit p.lim) n
      """
          .formatted(ID.formatted("n.id"));

  /** Aliases of the copy point at copies. */
  private static final String ALIASES =
      """
      update memory_nodes n set slots = n.slots || jsonb_build_object('alias_of', md5(p.target || (n.slots->>'alias_of'))::uuid)
      from (select ?::text as target) p where n.scope = p.target and coalesce(n.slots->>'alias_of', '') <> ''
      """;

  private static final String VECTORS =
      """
      with p as (select ?::text as source, ?::text as target, ?::int as generation)
      insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
        owner_team_id)
      select v.generation_id, n.id, p.target, v.embedding, v.eligible, v.type, v.memory_lane, v.owner_agent_id, v.owner_team_id
      from p cross join memory_vectors v join memory_nodes n on n.scope = p.target and n.id = %s
      where v.generation_id = p.generation and v.scope = p.source
      """
          .formatted(ID.formatted("v.node_id"));

  private static final String EDGES =
      """
      with p as (select ?::text as source, ?::text as target)
      insert into memory_edges (id, scope, type, src_id, dst_id, weight, confidence, decay_rate, last_activated, created_at,
        commit_id)
      select %s, p.target, e.type, s.id, d.id, e.weight, e.confidence, e.decay_rate, e.last_activated, e.created_at, e.commit_id
      from p cross join memory_edges e join memory_nodes s on s.scope = p.target and s.id = %s
        join memory_nodes d on d.scope = p.target and d.id = %s
      where e.scope = p.source
      """
          .formatted(ID.formatted("e.id"), ID.formatted("e.src_id"), ID.formatted("e.dst_id"));

  private static final String SIZE =
      "select count(*) from (select from memory_nodes where scope = ? and type in ('event', 'topic', 'concept', 'entity') limit ?) n";

  private final Connection connection;
  private final String source;
  private final String target;

  /** How much was copied. */
  record Size(int nodes, int vectors, int edges, boolean truncated) {}

  ReplayCopy(Connection connection, String source, String target) {
    this.connection = connection;
    this.source = source;
    this.target = target;
  }

  /** Copies the newest {@code limit} nodes, and what joins them. */
  Size copy(int generation, int limit) throws SQLException {
    int nodes = update(NODES, source, target, limit);
    update(ALIASES, target);
    int vectors = update(VECTORS, source, target, generation);
    int edges = update(EDGES, source, target);
    return new Size(nodes, vectors, edges, nodes == limit && isLarger(limit));
  }

  private boolean isLarger(int limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SIZE)) {
      select.setString(1, source);
      select.setInt(2, limit + 1);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1) > limit;
      }
    }
  }

  private int update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }
}
