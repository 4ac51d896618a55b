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

/** The statements of the backfill of model labels. */
final class UnlabelledStore {
  private static final String UNLABELLED =
      """
      n.scope = ? and n.embedding_status = 'ready'
        and (coalesce(btrim(n.embedding_model), '') = '' or n.embedding_model like 'unknown:%' or n.embedding_model = 'fake')
        and exists (select from memory_vectors v where v.node_id = n.id)\
      """;

  private static final String COUNT = "select count(*) from memory_nodes n where " + UNLABELLED;

  private static final String SAMPLE =
      """
      select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'type', s.type, 'embedding_model', left(s.embedding_model, 120))
        order by s.created_at desc, s.id desc), '[]')::text
      from (select n.* from memory_nodes n where %s order by n.created_at desc, n.id desc limit ?) s
      """
          .formatted(UNLABELLED);

  /** Newest first, along the index of that order. */
  private static final String PAGE =
      "select n.id, n.type, n.title, n.text_summary, n.created_at::text from memory_nodes n where "
          + UNLABELLED
          + """
           and (n.created_at, n.id) < (?::timestamptz, ?::uuid)
          order by n.created_at desc, n.id desc limit ? for no key update of n\
          """;

  private static final String LABEL =
      "update memory_nodes n set embedding_model = ?, commit_id = ? where n.id = any(?::uuid[])";

  private final Connection connection;
  private final String scopeKey;

  UnlabelledStore(Connection connection, String scopeKey) {
    this.connection = connection;
    this.scopeKey = scopeKey;
  }

  /** A node whose vector is of nobody knows which model. */
  record Unlabelled(UUID id, String type, String title, String textSummary, String createdAt) {}

  long count() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(COUNT)) {
      select.setString(1, scopeKey);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Puts some of them under {@code key}. */
  void sample(ObjectNode into, String key, long size) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SAMPLE)) {
      select.setString(1, scopeKey);
      select.setLong(2, size);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        into.set(key, Jsons.stored(row.getString(1)));
      }
    }
  }

  /** Returns the newest nodes behind a place, locked. */
  List<Unlabelled> lock(String createdBefore, String idBefore, int size) throws SQLException {
    List<Unlabelled> nodes = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(PAGE)) {
      select.setString(1, scopeKey);
      select.setString(2, createdBefore);
      select.setString(3, idBefore);
      select.setInt(4, size);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          nodes.add(
              new Unlabelled(
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

  void label(List<UUID> ids, String model, UUID commitId) throws SQLException {
    Sql.planByIndex(connection);
    try (PreparedStatement update = connection.prepareStatement(LABEL)) {
      update.setString(1, model);
      update.setObject(2, commitId);
      update.setString(3, Sql.array(ids));
      update.executeUpdate();
    }
  }
}
