package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.Viewer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** Nodes and edges straight in the tables, and the arms over them on one kept connection. */
final class HybridKit implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

  final Connection connection;
  final Database database;
  final UUID commit = UUID.randomUUID();
  private int written;
  private int statements;

  /** A node to be. Null fields take the defaults of {@link #event}. */
  record Node(
      String scope,
      String type,
      String title,
      String text,
      String status,
      String tier,
      String lane,
      String agent,
      String slots,
      Instant at,
      String clientId) {

    Node as(String newType) {
      return new Node(scope, newType, title, text, status, tier, lane, agent, slots, at, clientId);
    }

    Node titled(String newTitle) {
      return new Node(scope, type, newTitle, text, status, tier, lane, agent, slots, at, clientId);
    }

    Node pending() {
      return new Node(scope, type, title, text, "pending", tier, lane, agent, slots, at, clientId);
    }

    Node tier(String newTier) {
      return new Node(scope, type, title, text, status, newTier, lane, agent, slots, at, clientId);
    }

    Node ownedBy(String owner) {
      return new Node(
          scope, type, title, text, status, tier, "private", owner, slots, at, clientId);
    }

    Node slots(String json) {
      return new Node(scope, type, title, text, status, tier, lane, agent, json, at, clientId);
    }

    Node at(Instant instant) {
      return new Node(
          scope, type, title, text, status, tier, lane, agent, slots, instant, clientId);
    }

    Node clientId(String id) {
      return new Node(scope, type, title, text, status, tier, lane, agent, slots, at, id);
    }
  }

  HybridKit(DataSource dataSource) throws SQLException {
    connection = dataSource.getConnection();
    database = new Database(kept(connection));
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into memory_commits (id, input_sha256, diff_sha256, commit_hash) values (?, '', '', ?)")) {
      insert.setObject(1, commit);
      insert.setString(2, commit.toString());
      insert.executeUpdate();
    }
  }

  /** A data source that hands out one connection again and again, as a warm pool does. */
  private DataSource kept(Connection connection) {
    ClassLoader loader = HybridKit.class.getClassLoader();
    Object open =
        Proxy.newProxyInstance(
            loader,
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              if (method.getName().equals("prepareStatement")) {
                statements++;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return (DataSource)
        Proxy.newProxyInstance(
            loader, new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> open);
  }

  /** Returns how many statements were prepared for the arms so far. */
  int statements() {
    return statements;
  }

  static Node event(String scope, String text) {
    return new Node(scope, "event", null, text, "ready", "hot", "shared", null, "{}", null, null);
  }

  /** Writes a node; each comes a minute after the one before unless it says when. */
  UUID write(Node node) throws SQLException {
    return write(List.of(node)).getFirst();
  }

  List<UUID> write(List<Node> nodes) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into memory_nodes (id, scope, type, title, text_summary, embedding_status, tier,
              memory_lane, owner_agent_id, slots, created_at, client_id, commit_id)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)
            """)) {
      for (Node node : nodes) {
        UUID id =
            node.clientId() == null
                ? UUID.randomUUID()
                : StableIds.uuid(node.scope() + ":node:" + node.clientId());
        ids.add(id);
        insert.setObject(1, id);
        insert.setString(2, node.scope());
        insert.setString(3, node.type());
        insert.setString(4, node.title());
        insert.setString(5, node.text());
        insert.setString(6, node.status());
        insert.setString(7, node.tier());
        insert.setString(8, node.lane());
        insert.setString(9, node.agent());
        insert.setString(10, node.slots());
        Instant at = node.at() == null ? START.plusSeconds(60L * written++) : node.at();
        insert.setTimestamp(11, Timestamp.from(at));
        insert.setString(12, node.clientId());
        insert.setObject(13, commit);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    return ids;
  }

  void edge(String scope, String type, UUID from, UUID to) throws SQLException {
    edges(scope, type, List.of(from), to);
  }

  void edges(String scope, String type, List<UUID> from, UUID to) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into memory_edges (id, scope, type, src_id, dst_id, commit_id) values (?, ?, ?, ?, ?, ?)")) {
      for (UUID source : from) {
        insert.setObject(1, UUID.randomUUID());
        insert.setString(2, scope);
        insert.setString(3, type);
        insert.setObject(4, source);
        insert.setObject(5, to);
        insert.setObject(6, commit);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  void analyse() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("vacuum analyze");
    }
  }

  HybridSeeds arms(String arms) {
    return new HybridSeeds(database, Settings.of(Map.of("PERDURA_RECALL_ARMS", arms)));
  }

  static HybridQuery query(String scope, String text, int limit) {
    return query(scope, text, Viewer.NOBODY, List.of(), limit);
  }

  static HybridQuery query(
      String scope, String text, Viewer viewer, List<Candidates.Candidate> hits, int limit) {
    Settings settings = Settings.of(Map.of());
    ScopeKey key = ScopeKey.resolve(null, scope, settings.defaults());
    return new HybridQuery(key, 1, text, hits, viewer, limit);
  }

  static List<UUID> ids(HybridSeeds.Result result) {
    return result.seeds().stream().map(HybridSeed::id).toList();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
