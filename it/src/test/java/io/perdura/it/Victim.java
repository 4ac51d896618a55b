package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Agent planner of tenant acme, with private memory of every kind, and words in it that nobody else
 * may ever read.
 */
final class Victim {
  static final String TENANT = "acme";

  /** In everything that is private. */
  final String secret = "secret" + UUID.randomUUID().toString().replace("-", "");

  /** In what the tenant shares. */
  final String tenantSecret = "inhouse" + UUID.randomUUID().toString().replace("-", "");

  final String scope = "isolation-" + UUID.randomUUID();
  final String session = "session-" + UUID.randomUUID();
  final String idempotencyKey = "once-" + UUID.randomUUID();
  final Map<String, String> credentials = Map.of("x-api-key", GuardedServer.PLANNER);
  final String node;
  final String rule;
  final String event;
  final String decision;
  final String commit;

  private final GuardedServer guarded;

  Victim(GuardedServer guarded) {
    this.guarded = guarded;
    JsonNode written =
        post(
            "write",
            "{'input_text':'x','trigger_topic_cluster':false,'nodes':["
                + "{'client_id':'mine','type':'event','title':'#','text_summary':'about apples #','slots':{'a':'#'},'tier':'cold'},"
                + "{'client_id':'idea','type':'concept','title':'idea #','text_summary':'apples again #'},"
                + "{'client_id':'rule','type':'rule','title':'rule #','slots':{'if':{},'then':{'tool':{'prefer':['tool-#','common']}}}}],"
                + "'edges':[{'type':'related_to','src':{'client_id':'mine'},'dst':{'client_id':'idea'},'weight':0.9,'confidence':0.9}]}",
            Map.of("idempotency-key", idempotencyKey));
    commit = written.get("commit_id").textValue();
    node = id("mine");
    rule = id("rule");
    post(
        "rules/state",
        "{'rule_node_id':'" + rule + "','state':'active','input_text':'x'}",
        Map.of());
    post("sessions", "{'session_id':'" + session + "','title':'#','metadata':{'a':'#'}}", Map.of());
    event =
        post(
                "events",
                "{'session_id':'" + session + "','title':'#','input_text':'apples in a session #'}",
                Map.of())
            .get("event_id")
            .textValue();
    decision =
        post(
                "tools/select",
                "{'candidates':['common','" + tenantSecret + "'],'run_id':'run-1','strict':false}",
                Map.of())
            .at("/decision/decision_id")
            .textValue();
  }

  /** What an attacker may know: names and ids, but no content. */
  Set<String> names() {
    return new LinkedHashSet<>(
        List.of(
            TENANT,
            "globex",
            "planner",
            "ops",
            scope,
            "tenant:" + TENANT + "::scope:" + scope,
            session,
            node,
            rule,
            event,
            decision,
            commit,
            "mine",
            "run-1",
            "aionis://" + TENANT + "/" + scope + "/event/" + node));
  }

  /** Sends {@code body} as the victim; {@code #} stands for the secret. */
  JsonNode post(String path, String body, Map<String, String> headers) {
    ObjectNode fields = (ObjectNode) Jsons.stored(body.replace('\'', '"').replace("#", secret));
    fields.put("scope", scope);
    Map<String, String> all = new LinkedHashMap<>(credentials);
    all.putAll(headers);
    return guarded.api().post("/v1/memory/" + path, Jsons.text(fields), all).ok();
  }

  private String id(String client) {
    return post("find", "{'client_id':'" + client + "'}", Map.of()).at("/nodes/0/id").textValue();
  }

  /**
   * Every row that {@code attacker} must leave alone, in every table: of other tenants, and of the
   * victim's private lane.
   */
  Map<String, String> untouchable(String attackersTenant) throws SQLException {
    Map<String, String> rows = new LinkedHashMap<>();
    String foreign = "scope not like 'tenant:" + attackersTenant + "::%'";
    String own =
        "select id from memory_nodes where scope like 'tenant:acme::%' and (owner_agent_id = 'planner' or owner_team_id = 'ops')";
    try (Connection connection = guarded.database().dataSource().getConnection()) {
      for (String table : tablesWithScope(connection)) {
        rows.put(table, digest(connection, table, foreign));
      }
      rows.put("private nodes", digest(connection, "memory_nodes", "id in (" + own + ")"));
      rows.put(
          "their edges",
          digest(connection, "memory_edges", "src_id in (" + own + ") or dst_id in (" + own + ")"));
      rows.put(
          "their rules", digest(connection, "memory_rule_defs", "rule_node_id in (" + own + ")"));
      rows.put(
          "feedback on them",
          digest(connection, "memory_rule_feedback", "rule_node_id in (" + own + ")"));
    }
    return rows;
  }

  private static List<String> tablesWithScope(Connection connection) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)"
                    + " where c.column_name = 'scope' and t.table_type = 'BASE TABLE' and c.table_schema = 'public'"
                    // These hold public names, of calls.
                    + " and c.table_name not in ('memory_request_telemetry', 'memory_recall_audit') order by 1")) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    return tables;
  }

  private static String digest(Connection connection, String table, String where)
      throws SQLException {
    // What the server itself does meanwhile: embedding, and forgetting which rule sets it compiled.
    String row =
        "to_jsonb(t) - '{embedding_status,embedding_model,embedding_last_error,embedding_attempts,updated_at}'::text[]";
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select count(*) || ' ' || coalesce(md5(string_agg(md5(("
                    + row
                    + ")::text), '' order by md5(("
                    + row
                    + ")::text))), '') from "
                    + table
                    + " t where "
                    + where);
        ResultSet result = statement.executeQuery()) {
      result.next();
      return result.getString(1);
    }
  }
}
