package io.perdura.memory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Reads and stores the embedding of nodes, many at a time. */
final class EmbedStore {
  private static final String KNOWN =
      """
      select n.id, n.embedding_status = 'ready'
        and (select true from memory_vectors v where v.node_id = n.id limit 1) is not null
      from unnest(?::uuid[], ?::text[]) as k(id, scope)
      cross join lateral (select * from memory_nodes m where m.id = k.id and m.scope = k.scope limit 1) n
      """;

  /**
   * Nodes first, in the order of their ids, then vectors: as a write does it. A node that is gone
   * or lives in another scope is left out.
   */
  private static final String STORE =
      """
      with k as materialized (
        select n.id, n.scope, n.type, n.tier, n.memory_lane, n.owner_agent_id, n.owner_team_id, r.ord
        from unnest(?::uuid[], ?::text[]) with ordinality as r(id, scope, ord)
        join memory_nodes n on n.id = r.id and n.scope = r.scope
        order by n.id for no key update of n
      ), u as (
        update memory_nodes n set embedding_status = 'ready', embedding_model = ?, embedding_last_error = null,
          embedding_attempts = n.embedding_attempts + 1, embedding_last_attempt_at = now(), embedding_ready_at = now()
        from k where n.id = k.id
      ), v as (
        insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
          owner_team_id)
        select ?::int, k.id, k.scope, (?::real[])[(k.ord - 1) * ?::int + 1 : k.ord * ?::int], k.tier in ('hot', 'warm'),
          k.type, k.memory_lane, k.owner_agent_id, k.owner_team_id
        from k order by k.id
        on conflict (generation_id, node_id) do update
          set embedding = excluded.embedding, eligible = excluded.eligible, changed_xid = excluded.changed_xid
        returning scope, generation_id
      ), s as (
        insert into embedding_scopes (scope, generation_id) select distinct scope, generation_id from v order by scope
        on conflict do nothing
      )
      select k.id from k
      """;

  /** A node that has a vector keeps it: a failed new attempt does not take it away. */
  private static final String FAIL =
      """
      with k as materialized (
        select n.id, r.error, r.dead from unnest(?::uuid[], ?::text[], ?::text[], ?::boolean[]) as r(id, scope, error, dead)
        join memory_nodes n on n.id = r.id and n.scope = r.scope
        order by n.id for no key update of n
      )
      update memory_nodes n set embedding_attempts = n.embedding_attempts + 1, embedding_last_attempt_at = now(),
        embedding_last_error = k.error,
        embedding_status = case
          when k.dead and (select true from memory_vectors v where v.node_id = n.id limit 1) is null
          then 'failed' else n.embedding_status end
      from k where n.id = k.id
      """;

  private static final int MAX_ERROR_LENGTH = 500;

  private final Connection connection;

  EmbedStore(Connection connection) {
    this.connection = connection;
  }

  /** A node in the scope whose job it is. */
  record Key(String scopeKey, UUID id) {}

  /**
   * Why a node has no new vector.
   *
   * @param dead it never will, as things are
   */
  record Failure(String error, boolean dead) {}

  /** Puts the nodes that exist into {@code known}, and those with a vector into {@code ready}. */
  void look(Collection<Key> keys, Set<UUID> known, Set<UUID> ready) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(KNOWN)) {
      bindKeys(select, 1, keys);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          known.add(id);
          if (rows.getBoolean(2)) {
            ready.add(id);
          }
        }
      }
    }
  }

  /** Stores vectors and returns the nodes that took theirs. */
  Set<UUID> store(Generation generation, String model, Map<Key, float[]> vectors)
      throws SQLException {
    Set<UUID> stored = new HashSet<>();
    if (vectors.isEmpty()) {
      return stored;
    }
    try (PreparedStatement store = connection.prepareStatement(Sql.plannedByIndex(STORE))) {
      int i = bindKeys(store, 1, vectors.keySet());
      store.setString(i++, model);
      store.setInt(i++, generation.id());
      store.setObject(
          i++, VectorColumn.flat(List.copyOf(vectors.values()), generation.dimension()));
      store.setInt(i++, generation.dimension());
      store.setInt(i, generation.dimension());
      try (ResultSet rows = Sql.rows(store)) {
        while (rows.next()) {
          stored.add(rows.getObject(1, UUID.class));
        }
      }
    }
    return stored;
  }

  void fail(Map<Key, Failure> failures) throws SQLException {
    if (failures.isEmpty()) {
      return;
    }
    Sql.planByIndex(connection);
    List<String> errors = new ArrayList<>();
    List<Boolean> dead = new ArrayList<>();
    for (Failure failure : failures.values()) {
      errors.add(cut(failure.error));
      dead.add(failure.dead);
    }
    try (PreparedStatement update = connection.prepareStatement(FAIL)) {
      int i = bindKeys(update, 1, failures.keySet());
      update.setArray(i++, connection.createArrayOf("text", errors.toArray()));
      update.setArray(i, connection.createArrayOf("boolean", dead.toArray()));
      update.executeUpdate();
    }
  }

  private int bindKeys(PreparedStatement statement, int at, Collection<Key> keys)
      throws SQLException {
    statement.setString(at, Sql.array(keys.stream().map(Key::id).toList()));
    statement.setArray(
        at + 1, connection.createArrayOf("text", keys.stream().map(Key::scopeKey).toArray()));
    return at + 2;
  }

  private static String cut(String error) {
    String clean = error.replace('\0', ' ');
    return clean.length() <= MAX_ERROR_LENGTH ? clean : clean.substring(0, MAX_ERROR_LENGTH);
  }
}
