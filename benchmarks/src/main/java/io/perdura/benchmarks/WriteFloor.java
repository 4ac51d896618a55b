package io.perdura.benchmarks;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.StableIds;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Floor (a) of a write: commit, node, edge and outbox row in the pinned statement, committed by
 * itself.
 */
final class WriteFloor implements Work {
  private static final String PART = "floor";

  private final Connection connection;
  private final PreparedStatement statement;
  private final WriteRequests requests;

  WriteFloor(SqlFile sql, DatabaseAddress database, WriteRequests requests)
      throws SQLException, IOException {
    this.requests = requests;
    this.connection = sql.connect(database);
    this.statement = connection.prepareStatement(sql.read("write"));
  }

  @Override
  public void call(long i) throws SQLException {
    Tenant tenant = requests.tenant();
    String clientId = requests.clientId(PART, i);
    UUID node = StableIds.uuid(tenant.scopeKey() + ":node:" + clientId);
    UUID topic = tenant.topicId(requests.topic(i));
    UUID edge = StableIds.uuid(tenant.scopeKey() + ":edge:" + clientId);
    String text = requests.summary(i);
    String hash = Hashes.sha256Hex(clientId);
    String diff =
        ("{\"redaction\":{},\"nodes\":[{\"id\":\"%s\",\"client_id\":\"%s\",\"type\":\"event\",\"memory_lane\":\"shared\","
                + "\"producer_agent_id\":null,\"owner_agent_id\":null,\"owner_team_id\":null}],"
                + "\"edges\":[{\"id\":\"%s\",\"type\":\"part_of\",\"src_id\":\"%s\",\"dst_id\":\"%s\"}]}")
            .formatted(node, clientId, edge, node, topic);
    String payload =
        "{\"nodes\":[{\"id\":\"%s\",\"text\":\"%s\"}],\"after_topic_cluster_event_ids\":[\"%s\"]}"
            .formatted(node, text, node);
    statement.setObject(1, UUID.randomUUID());
    statement.setString(2, tenant.scopeKey());
    statement.setString(3, hash);
    statement.setString(4, diff);
    statement.setString(5, hash);
    statement.setString(6, hash);
    statement.setObject(7, node);
    statement.setString(8, clientId);
    statement.setString(9, text);
    statement.setObject(10, edge);
    statement.setObject(11, topic);
    statement.setString(12, payload);
    statement.setString(13, hash);
    statement.setString(14, hash);
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      if (row.getString(2) == null) {
        throw new IllegalStateException("the topic of the write is not there: " + topic);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
