package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The statements of the repair of untracked embeddings. */
final class UntrackedStore {
  private static final String ELIGIBLE =
      """
      n.scope = ? and n.tier in ('hot', 'warm')
        and n.type in ('event', 'entity', 'topic', 'concept', 'procedure', 'self_model')
        and (btrim(coalesce(n.text_summary, '')) <> '' or btrim(coalesce(n.title, '')) <> '')\
      """;

  private static final String UNTRACKED =
      """
      n.embedding_model is null and n.embedding_status <> 'ready'
        and (select true from memory_vectors v where v.node_id = n.id limit 1) is null\
      """;

  /** A node that was just written has an event of its own under way. */
  private static final String SELECTABLE =
      UNTRACKED
          + " and (n.embedding_status = 'failed' or n.created_at <= now() - ? * interval '1 second')";

  private static final String COUNT =
      "select count(*) from memory_nodes n where " + ELIGIBLE + " and " + UNTRACKED;

  private static final String PLAN =
      """
      with e as materialized (
        select n.id, n.type, n.embedding_status, n.embedding_last_error, n.created_at, %2$s as untracked, %3$s as selectable
        from memory_nodes n where %1$s
      ), u as materialized (select * from e where untracked)
      select jsonb_build_object(
        'eligible_total', (select count(*) from e),
        'expected_total', (select count(*) from e where not untracked),
        'untracked_total', (select count(*) from u),
        'selectable_total', (select count(*) from u where selectable),
        'status_breakdown', (select coalesce(jsonb_agg(jsonb_build_object('status', s.embedding_status, 'count', s.count)), '[]')
          from (select embedding_status, count(*) from u group by 1 order by 2 desc, 1) s),
        'top_last_errors', (select coalesce(jsonb_agg(jsonb_build_object('error', s.error, 'count', s.count)), '[]')
          from (select left(embedding_last_error, 120) as error, count(*) from u where embedding_last_error is not null
            group by 1 order by 2 desc, 1 limit 10) s),
        'sample', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'type', s.type, 'embedding_status',
            s.embedding_status, 'embedding_last_error', left(s.embedding_last_error, 120), 'created_at', s.created_at)), '[]')
          from (select * from u where selectable order by created_at desc, id desc limit ?) s))::text
      """
          .formatted(ELIGIBLE, UNTRACKED, SELECTABLE);

  private static final String PAGE =
      "select n.id, n.type, n.title, n.text_summary, n.created_at::text from memory_nodes n where "
          + ELIGIBLE
          + " and "
          + SELECTABLE
          + """
           and (n.created_at, n.id) < (?::timestamptz, ?::uuid)
          order by n.created_at desc, n.id desc limit ? for no key update of n\
          """;

  private static final String SEND =
      """
      update memory_nodes n set embedding_status = 'pending', embedding_model = ?, embedding_last_error = null, commit_id = ?
      where n.id = any(?::uuid[])
      """;

  private final Connection connection;
  private final String scopeKey;
  private final long minAgeSeconds;

  UntrackedStore(Connection connection, String scopeKey, long minAgeSeconds) {
    this.connection = connection;
    this.scopeKey = scopeKey;
    this.minAgeSeconds = minAgeSeconds;
  }

  /** A node that should have a vector. */
  record Untracked(UUID id, String type, String title, String textSummary, String createdAt) {}

  /** Counts, and names {@code sample} of the nodes that would be sent. */
  ObjectNode plan(int sample) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(PLAN)) {
      select.setLong(1, minAgeSeconds);
      select.setString(2, scopeKey);
      select.setInt(3, sample);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return (ObjectNode) Jsons.stored(row.getString(1));
      }
    }
  }

  long untracked() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(COUNT)) {
      select.setString(1, scopeKey);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Returns the newest nodes behind a place, locked. */
  List<Untracked> lock(String createdBefore, String idBefore, int size) throws SQLException {
    List<Untracked> nodes = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(PAGE)) {
      select.setString(1, scopeKey);
      select.setLong(2, minAgeSeconds);
      select.setString(3, createdBefore);
      select.setString(4, idBefore);
      select.setInt(5, size);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          nodes.add(
              new Untracked(
                  row.getObject(1, UUID.class),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5)));
        }
      }
    }
    return nodes;
  }

  void send(List<UUID> ids, String model, UUID commitId) throws SQLException {
    Sql.planByIndex(connection);
    try (PreparedStatement update = connection.prepareStatement(SEND)) {
      update.setString(1, model);
      update.setObject(2, commitId);
      update.setString(3, Sql.array(ids));
      update.executeUpdate();
    }
  }
}
