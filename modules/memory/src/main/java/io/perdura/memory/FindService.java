package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.AionisUri;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Finds nodes by exact filters, newest first (contract, section 4). */
@ApplicationScoped
public class FindService {
  private final Database database;
  private final MemoryMeter meter;

  @Inject
  FindService(Database database, MemoryMeter meter) {
    this.database = database;
    this.meter = meter;
  }

  protected FindService() {
    this(null, null);
  }

  /** A service without container, for tests and tools. */
  public static FindService of(Database database) {
    return new FindService(database, MemoryMeter.NONE);
  }

  /**
   * Returns the nodes of one page that match every filter and are visible to the viewer. One round
   * trip.
   */
  public JsonNode find(FindRequest request) {
    long start = System.nanoTime();
    ObjectNode answer =
        Jsons.object()
            .put("tenant_id", request.scope.tenant().value())
            .put("scope", request.scope.scope())
            .put("mode", "find");
    answer.set("filters", request.filters());
    ArrayNode nodes = answer.putArray("nodes");
    boolean more = database.read("find", connection -> read(connection, request, nodes));
    answer.set("page", page(request.limit, request.offset, nodes.size(), more));
    meter.stage("find", "total", System.nanoTime() - start);
    return answer;
  }

  private static boolean read(Connection connection, FindRequest request, ArrayNode nodes)
      throws SQLException {
    nodes.removeAll();
    FindSql sql = new FindSql(request);
    try (PreparedStatement select = connection.prepareStatement(sql.text())) {
      sql.bind(select);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          if (nodes.size() == request.limit) {
            return true;
          }
          nodes.add(node(request, rows));
        }
        return false;
      }
    } catch (SQLException e) {
      throw SqlFaults.translate(e);
    }
  }

  private static ObjectNode node(FindRequest request, ResultSet row) throws SQLException {
    String id = row.getString("id");
    String type = row.getString("type");
    ObjectNode node =
        Jsons.object()
            .put("uri", uri(request.scope, type, id))
            .put("id", id)
            .put("client_id", row.getString("client_id"))
            .put("type", type)
            .put("title", row.getString("title"))
            .put("text_summary", row.getString("text_summary"));
    String stored = row.getString("slots");
    JsonNode slots = stored == null ? Jsons.object() : Jsons.stored(stored);
    if (type.equals("topic")) {
      NodeView.putTopic(node, slots);
    }
    request.view.putSlots(node, slots);
    if (request.view.meta()) {
      NodeView.putMeta(node, row, true);
    }
    return node;
  }

  static String uri(ScopeKey scope, String type, String id) {
    return new AionisUri(scope.tenant().value(), scope.scope(), type, id).toString();
  }

  static ObjectNode page(int limit, int offset, int returned, boolean hasMore) {
    return Jsons.object()
        .put("limit", limit)
        .put("offset", offset)
        .put("returned", returned)
        .put("has_more", hasMore);
  }
}
