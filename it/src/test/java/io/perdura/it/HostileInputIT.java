package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whatever a caller sends, the answer is a 4xx in the contract's envelope, never a 500, and nothing
 * is half written.
 */
class HostileInputIT {
  /** A request of each endpoint that is valid as it stands. */
  private static final Map<String, String> VALID =
      new TreeMap<>(
          Map.of(
              "/v1/memory/write",
                  "{'scope':'h','actor':'a','input_text':'x','model_version':'m','memory_lane':'shared','auto_embed':false,"
                      + "'parent_commit_id':'00000000-0000-4000-8000-000000000009','nodes':[{'client_id':'c','type':'event',"
                      + "'title':'t','slots':{'a':1},'salience':0.5,'tier':'hot','embedding':[1,2]}],'edges':[{'type':'part_of',"
                      + "'src':{'client_id':'c'},'dst':{'id':'00000000-0000-4000-8000-000000000009'},'weight':0.5}]}",
              "/v1/memory/find",
                  "{'scope':'h','uri':'aionis://default/h/event/nope','type':'event','limit':5,'offset':0,'slots_contains':{'a':1},"
                      + "'title_contains':'t','include_meta':true,'consumer_agent_id':'a'}",
              "/v1/memory/recall",
                  "{'scope':'h','query_embedding':[1,2],'limit':5,'neighborhood_hops':1,'return_debug':false,'context_token_budget':9,"
                      + "'recall_strategy':'local','min_edge_weight':0.1}",
              "/v1/memory/recall_text",
                  "{'scope':'h','query_text':'','limit':5,'context_char_budget':100,'rules_limit':5}",
              "/v1/memory/sessions",
                  "{'scope':'h','session_id':'','title':'t','metadata':{'a':1},'auto_embed':false}",
              "/v1/memory/events",
                  "{'scope':'h','session_id':'','event_id':'e','title':'t','metadata':{'a':1},'edge_weight':0.5}",
              "/v1/memory/packs/export", "{'scope':'tenant:x','include_nodes':true,'max_rows':5}",
              "/v1/memory/packs/import",
                  "{'actor':'a','verify_only':false,'pack':{'version':'aionis_pack_v2','tenant_id':'default','scope':'h','nodes':[{'id':"
                      + "'00000000-0000-4000-8000-000000000009','type':'event'}],'edges':[],'commits':[]}}",
              "/v1/memory/archive/rehydrate",
                  "{'scope':'h','node_ids':[],'client_ids':['c'],'target_tier':'warm','input_text':'x','reason':'r'}",
              "/v1/memory/nodes/activate",
                  "{'scope':'h','node_ids':[],'client_ids':['c'],'outcome':'neutral','input_text':'x','activate':true}"));

  /** Values that no field of the contract accepts, or that would hurt a careless store. */
  private static final List<String> POISON =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "-1",
          "1e308",
          "1e400",
          "0.1",
          "\"\"",
          "\" \"",
          "[null]",
          "[[[[]]]]",
          "[{}]",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udfff\\ud800\"",
          "\"'; drop table memory_nodes; --\"",
          "\"tenant:x::scope:y\"",
          "\"%00\"",
          "\"../../etc/passwd\"",
          "\"\\u202e\\ufeff\"",
          "123456789012345678901234567890",
          "\"00000000-0000-0000-0000-00000000000g\"",
          "{\"$gt\":\"\"}",
          "{\"a\":{\"a\":{\"a\":{}}}}");

  private final SharedServer shared = SharedServer.get();
  private final Api api = shared.api();
  private final Set<String> acknowledged = new HashSet<>();

  @Test
  void noPoisonedFieldIsA500AndWhatIsRefusedLeavesNothing() {
    List<String> bad = new ArrayList<>();
    for (Map.Entry<String, String> endpoint : VALID.entrySet()) {
      JsonNode valid = Jsons.stored(endpoint.getValue().replace('\'', '"'));
      check(bad, endpoint.getKey(), valid.toString());
      for (String poison : POISON) {
        List<ObjectNode> poisoned = new ArrayList<>();
        poisonEachField((ObjectNode) valid, poison, poisoned);
        for (ObjectNode body : poisoned) {
          check(bad, endpoint.getKey(), Jsons.text(body).replace("\"@poison@\"", poison));
        }
      }
    }
    assertThat(bad).isEmpty();
    assertThat(acknowledged).containsAll(storedCommits());
  }

  @Test
  void bytesThatAreNotJsonAreNeverA500() {
    Random random = new Random(20261121);
    List<String> bad = new ArrayList<>();
    for (String path : VALID.keySet()) {
      for (int i = 0; i < 20; i++) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        checkBytes(bad, path, "application/json", noise);
        byte[] cut = VALID.get(path).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        byte[] prefix = Arrays.copyOf(cut, random.nextInt(cut.length - 1) + 1);
        prefix[random.nextInt(prefix.length)] = (byte) random.nextInt(256);
        checkBytes(bad, path, "application/json", prefix);
      }
      checkBytes(
          bad, path, "application/json", "[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
      checkBytes(
          bad,
          path,
          "application/json",
          "{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
      checkBytes(
          bad, path, "application/json;charset=utf-16", "{}".getBytes(StandardCharsets.UTF_16));
      checkBytes(
          bad, path, "multipart/form-data; boundary=x", "--x--".getBytes(StandardCharsets.UTF_8));
      checkBytes(bad, path, "nonsense", "{}".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(bad).isEmpty();
  }

  @Test
  void hostileHeadersAndQueriesAreNeverA500() {
    List<String> bad = new ArrayList<>();
    for (String query :
        List.of(
            "limit=x",
            "limit=",
            "limit=1e3",
            "limit=-1",
            "offset=99999999999999999999",
            "scope=",
            "scope=tenant:x",
            "scope=a&scope=b",
            "tenant_id=%00",
            "tenant_id=..%2f",
            "slots_preview_keys=0",
            "consumer_agent_id=",
            "include_meta=%ff")) {
      Api.Answer answer = api.get("/v1/memory/sessions/s/events?" + query, Api.ADMIN);
      if (answer.status() >= 500) {
        bad.add(query + " -> " + answer.status() + " " + answer.text());
      }
    }
    Map<String, String> headers = new HashMap<>();
    for (String value : List.of("tenant:x", "a b", "é", "x".repeat(4000), "%00")) {
      for (String name :
          List.of(
              "x-tenant-id",
              "x-api-key",
              "authorization",
              "x-admin-token",
              "idempotency-key",
              "origin",
              "x-request-id")) {
        headers.clear();
        headers.put(name, value);
        Api.Answer answer =
            api.post("/v1/memory/write", "{\"scope\":\"h\",\"input_text\":\" \"}", headers);
        if (answer.status() >= 500 || answer.status() < 400) {
          bad.add(name + ": " + value + " -> " + answer.status() + " " + answer.text());
        }
      }
    }
    assertThat(bad).isEmpty();
  }

  private void check(List<String> bad, String path, String body) {
    Api.Answer answer = api.post(path, body, Api.ADMIN);
    if (answer.status() == 200) {
      acknowledged.add(answer.json().path("commit_id").asText());
    } else if (!isRefusal(answer)) {
      bad.add(path + " " + body + " -> " + answer.status() + " " + answer.text());
    }
  }

  private void checkBytes(List<String> bad, String path, String type, byte[] body) {
    Api.Answer answer = api.send("POST", path, type, body, Api.ADMIN);
    if (!isRefusal(answer)) {
      bad.add(
          path
              + " "
              + body.length
              + " bytes of "
              + type
              + " -> "
              + answer.status()
              + " "
              + answer.text());
    }
  }

  private static boolean isRefusal(Api.Answer answer) {
    if (answer.status() < 400 || answer.status() >= 500) {
      return false;
    }
    JsonNode error = answer.json().get("error");
    boolean explained = answer.json().has("message") || answer.json().has("issues");
    return error != null && error.isTextual() && !error.textValue().isEmpty() && explained;
  }

  /**
   * Adds one copy of {@code object} for each of its fields, at any depth, in which that field is a
   * marker.
   */
  private static void poisonEachField(ObjectNode object, String poison, List<ObjectNode> out) {
    List<String> pointers = new ArrayList<>();
    collect(object, "", pointers);
    for (String pointer : pointers) {
      ObjectNode copy = object.deepCopy();
      int slash = pointer.lastIndexOf('/');
      JsonNode parent = slash == 0 ? copy : copy.at(pointer.substring(0, slash));
      if (parent instanceof ObjectNode owner) {
        owner.put(pointer.substring(slash + 1), "@poison@");
        out.add(copy);
      }
    }
    assertThat(out).as(poison).isNotEmpty();
  }

  private static void collect(JsonNode node, String pointer, List<String> out) {
    if (node.isObject()) {
      node.properties()
          .forEach(field -> {
            out.add(pointer + "/" + field.getKey());
            collect(field.getValue(), pointer + "/" + field.getKey(), out);
          });
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(node.get(i), pointer + "/" + i, out);
      }
    }
  }

  /**
   * Commits of this suite's scopes: each must have been acknowledged, and every node and edge hangs
   * on one.
   */
  private Set<String> storedCommits() {
    Set<String> commits = new HashSet<>();
    try (Connection connection = shared.database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select id::text from memory_commits where scope = 'h' or scope like '%:scope:h'")) {
      while (rows.next()) {
        commits.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return commits;
  }
}
