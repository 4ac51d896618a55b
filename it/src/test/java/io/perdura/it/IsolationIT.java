package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * No principal writes into or reads from another tenant or another agent's private lane, whatever
 * it puts into whichever field of whichever endpoint. Driven by the OpenAPI document: an endpoint
 * that is added without a base here fails.
 */
class IsolationIT {
  private static final String QUERY_VECTOR =
      IntStream.range(0, 1536).mapToObj(i -> "0.01").collect(Collectors.joining(",", "[", "]"));

  /** What an attacker starts from: a good request that is after the victim already. */
  private static final Map<String, String> BASES =
      Map.ofEntries(
          Map.entry(
              "write",
              "{'input_text':'x','auto_embed':false,'trigger_topic_cluster':false,'nodes':[{'client_id':'attack','type':'event','title':'t'}]}"),
          Map.entry("find", "{'include_slots':true,'include_meta':true,'limit':100}"),
          Map.entry(
              "recall",
              "{'query_embedding':"
                  + QUERY_VECTOR
                  + ",'limit':50,'include_slots':true,'rules_context':{}}"),
          Map.entry(
              "recall_text",
              "{'query_text':'apples','limit':50,'include_slots':true,'rules_context':{}}"),
          Map.entry("sessions", "{'session_id':'attack','auto_embed':false}"),
          Map.entry("events", "{'session_id':'attack','title':'t','auto_embed':false}"),
          Map.entry(
              "archive/rehydrate", "{'node_ids':['NODE'],'client_ids':['mine'],'input_text':'x'}"),
          Map.entry(
              "nodes/activate",
              "{'node_ids':['NODE'],'client_ids':['mine'],'outcome':'negative','activate':true,'input_text':'x'}"),
          Map.entry("feedback", "{'rule_node_id':'RULE','outcome':'negative','input_text':'x'}"),
          Map.entry("rules/state", "{'rule_node_id':'RULE','state':'disabled','input_text':'x'}"),
          Map.entry("rules/evaluate", "{'context':{},'include_shadow':true}"),
          Map.entry("tools/select", "{'candidates':['common','other'],'strict':false}"),
          Map.entry("tools/decision", "{'decision_id':'DECISION'}"),
          Map.entry(
              "tools/feedback",
              "{'decision_id':'DECISION','run_id':'run-1','candidates':['common','CANDIDATE'],'selected_tool':'common','outcome':'negative','input_text':'x'}"),
          Map.entry(
              "planning/context",
              "{'query_text':'apples','limit':50,'include_slots':true,'tool_candidates':['common','other']}"));

  /** Whole requests that lay hands on what the victim has, by its ids. */
  private static final Map<String, List<String>> GRASPING =
      Map.of(
          "write",
          List.of(
              "{'input_text':'x','nodes':[{'id':'NODE','type':'event','title':'t'}]}",
              "{'input_text':'x','nodes':[{'client_id':'mine','type':'event','title':'t','tier':'hot'}],'force_reembed':true}",
              "{'input_text':'x','parent_commit_id':'COMMIT','nodes':[{'client_id':'next','type':'event'}]}",
              "{'input_text':'x','nodes':[{'client_id':'attack','type':'event'}],'edges':[{'type':'related_to','src':{'client_id':'attack'},'dst':{'id':'NODE'}}]}",
              "{'input_text':'x','nodes':[],'edges':[{'type':'related_to','src':{'id':'NODE'},'dst':{'id':'RULE'},'weight':1}]}",
              "{'input_text':'x','nodes':[],'edges':[{'type':'derived_from','src':{'id':'EVENT'},'dst':{'id':'NODE'},'weight':1}]}",
              "{'input_text':'x','nodes':[{'client_id':'mine','type':'event'},{'client_id':'idea','type':'concept'}],"
                  + "'edges':[{'type':'related_to','src':{'client_id':'mine'},'dst':{'client_id':'idea'},'weight':1}]}"),
          "sessions",
          List.of("{'session_id':'SESSION','title':'taken','memory_lane':'shared'}"),
          "events",
          List.of(
              "{'session_id':'SESSION','title':'t','memory_lane':'shared'}",
              "{'session_id':'SESSION','event_id':'EVENT','title':'t'}",
              "{'session_id':'attack','event_id':'EVENT','title':'t'}"),
          "tools/feedback",
          List.of(
              "{'decision_id':'DECISION','candidates':['common','CANDIDATE'],'selected_tool':'common','outcome':'negative','target':'all','input_text':'x'}",
              "{'run_id':'run-1','candidates':['common','CANDIDATE'],'selected_tool':'common','outcome':'negative','include_shadow':true,'input_text':'x'}"),
          "find",
          List.of(
              "{'uri':'aionis://acme/SCOPE/event/NODE'}", "{'id':'NODE','include_slots':true}"));

  private static final List<String> CLAIMS = List.of(Victim.TENANT, "globex", "planner", "ops");

  /** With these the victim itself reads its secret, so that not to read it means something. */
  private static final List<String> TELLING =
      List.of("find", "recall", "recall_text", "rules/evaluate", "planning/context");

  private final GuardedServer guarded = GuardedServer.get();
  private final Api api = guarded.api();
  private final Description description = Description.of(api);
  private final Victim victim = new Victim(guarded);
  private final List<String> breaches = new ArrayList<>();
  private int requests;

  @Test
  void noFieldOfAnyEndpointLeadsToAnothersMemory() throws Exception {
    settle();
    for (String path : TELLING) {
      assertThat(asVictim(path).toString()).as("the victim's own %s", path).contains(victim.secret);
    }
    assertThat(asVictim("tools/decision").toString()).contains(victim.tenantSecret);

    attack("a colleague", GuardedServer.CODER, "acme", List.of(victim.secret));
    attack(
        "another tenant",
        GuardedServer.OTHER,
        "globex",
        List.of(victim.secret, victim.tenantSecret));

    assertThat(breaches).as("of %d requests", requests).isEmpty();
    assertThat(requests).isGreaterThan(10_000);
    // Had any of these been let through, something would have changed.
    Map<String, String> before = victim.untouchable("globex");
    for (String path :
        List.of(
            "archive/rehydrate", "nodes/activate", "feedback", "tools/feedback", "rules/state")) {
      asVictim(path);
    }
    Map<String, String> after = victim.untouchable("globex");
    for (String rows :
        List.of("private nodes", "their rules", "feedback on them", "memory_commits")) {
      assertThat(after.get(rows)).as(rows).isNotEqualTo(before.get(rows));
    }
  }

  private void attack(String who, String key, String tenant, List<String> secrets)
      throws SQLException {
    for (Map.Entry<String, JsonNode> endpoint : memoryEndpoints().entrySet()) {
      String path = endpoint.getKey();
      assertThat(BASES).as("a base for %s", path).containsKey(path);
      // Another tenant cannot know the candidates; what it sends must not be taken for an answer.
      String candidate = secrets.contains(victim.tenantSecret) ? "guess" : victim.tenantSecret;
      ObjectNode base = base(path, candidate);
      Map<String, String> before = victim.untouchable(tenant);
      for (Map.Entry<String, ObjectNode> probe :
          new FieldProbes(description, victim.names(), CLAIMS).of(endpoint.getValue(), base)) {
        send(
            who, path, Jsons.text(probe.getValue()), probe.getKey(), headers(key), tenant, secrets);
      }
      for (String whole : GRASPING.getOrDefault(path, List.of())) {
        send(who, path, Jsons.text(filled(whole, candidate)), whole, headers(key), tenant, secrets);
      }
      String sound = Jsons.text(base);
      for (Map.Entry<String, String> header : hostileHeaders()) {
        Map<String, String> headers = headers(key);
        headers.put(header.getKey(), header.getValue());
        send(who, path, sound, header.toString(), headers, tenant, secrets);
      }
      for (String name : victim.names()) {
        for (String field : List.of("tenant_id", "scope", "consumer_agent_id", "owner_agent_id")) {
          String query = "?" + field + "=" + encoded(name);
          send(who, path + query, sound, query, headers(key), tenant, secrets);
        }
      }
      String doubled = sound.substring(0, sound.length() - 1);
      send(
          who,
          path,
          doubled + ",\"tenant_id\":\"" + tenant + "\",\"tenant_id\":\"acme\"}",
          "twice",
          headers(key),
          tenant,
          secrets);
      send(
          who,
          path,
          doubled + ",\"consumer_agent_id\":\"\",\"consumer_agent_id\":\"planner\"}",
          "twice",
          headers(key),
          tenant,
          secrets);
      compare(who + " at " + path, before, victim.untouchable(tenant));
    }
    readSessions(who, key, tenant, secrets);
    assertThat(strayTelemetry(tenant)).as("rows about other tenants").isEmpty();
  }

  private void readSessions(String who, String key, String tenant, List<String> secrets)
      throws SQLException {
    Map<String, String> before = victim.untouchable(tenant);
    JsonNode parameters =
        description
            .document()
            .at("/paths/~1v1~1memory~1sessions~1{session_id}~1events/get/parameters");
    List<String> names = new ArrayList<>(List.of("agent_id", "owner_agent_id", "include_slots"));
    for (JsonNode parameter : parameters) {
      if (parameter.path("in").asText().equals("query")) {
        names.add(parameter.get("name").textValue());
      }
    }
    assertThat(names).contains("tenant_id", "offset");
    for (String session : victim.names()) {
      String base =
          "sessions/"
              + encoded(session)
              + "/events?scope="
              + encoded(victim.scope)
              + "&include_slots=true";
      for (String name : names) {
        for (String value : victim.names()) {
          if (session.equals(victim.session) || name.equals("tenant_id")) {
            get(who, base + "&" + name + "=" + encoded(value), headers(key), tenant, secrets);
            get(
                who,
                base + "&" + name + "=&" + name + "=" + encoded(value),
                headers(key),
                tenant,
                secrets);
          }
        }
      }
    }
    for (Map.Entry<String, String> header : hostileHeaders()) {
      Map<String, String> headers = headers(key);
      headers.put(header.getKey(), header.getValue());
      get(
          who,
          "sessions/" + victim.session + "/events?scope=" + victim.scope,
          headers,
          tenant,
          secrets);
    }
    compare(who + " at session events", before, victim.untouchable(tenant));
  }

  private List<Map.Entry<String, String>> hostileHeaders() {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String name : victim.names()) {
      headers.add(Map.entry("x-tenant-id", name));
    }
    headers.add(Map.entry("idempotency-key", victim.idempotencyKey));
    headers.add(Map.entry("x-admin-token", "guess"));
    headers.add(Map.entry("x-forwarded-for", "127.0.0.1"));
    headers.add(Map.entry("authorization", "Bearer guess"));
    headers.add(Map.entry("x-agent-id", "planner"));
    return headers;
  }

  private void get(
      String who, String target, Map<String, String> headers, String tenant, List<String> secrets) {
    requests++;
    judge(who + " GET " + target, api.get("/v1/memory/" + target, headers), tenant, secrets);
  }

  private void send(
      String who,
      String path,
      String body,
      String what,
      Map<String, String> headers,
      String tenant,
      List<String> secrets) {
    requests++;
    Api.Answer answer = api.post("/v1/memory/" + path, body, headers);
    judge(who + " " + path + " " + what, answer, tenant, secrets);
  }

  private void judge(String what, Api.Answer answer, String tenant, List<String> secrets) {
    if (answer.status() >= 500) {
      breaches.add(what + ": " + answer.status() + " " + answer.text());
    }
    for (String secret : secrets) {
      // What the attacker sent comes back in its own words only.
      if (answer.text().contains(secret)) {
        breaches.add(what + " reads " + answer.text());
      }
    }
    if (answer.header("idempotency-replayed") != null) {
      breaches.add(what + " got the answer of somebody else");
    }
    if (answer.status() == 200 && !answer.json().path("tenant_id").asText().equals(tenant)) {
      breaches.add(what + " was answered for another tenant: " + answer.text());
    }
  }

  private void compare(String what, Map<String, String> before, Map<String, String> after) {
    before.forEach((rows, digest) -> {
      if (!digest.equals(after.get(rows))) {
        breaches.add(what + " changed " + rows + ": " + digest + " -> " + after.get(rows));
      }
    });
  }

  /** Operations with a body that a memory credential opens. */
  private Map<String, JsonNode> memoryEndpoints() {
    Map<String, JsonNode> endpoints = new TreeMap<>();
    description
        .requestSchemas()
        .forEach((path, schema) -> {
          JsonNode operation = description.document().get("paths").get(path).get("post");
          if (!operation.has("security")) {
            endpoints.put(path.replace("/v1/memory/", ""), schema);
          }
        });
    return endpoints;
  }

  private ObjectNode base(String path, String candidate) {
    return filled(BASES.get(path), candidate);
  }

  private ObjectNode filled(String body, String candidate) {
    ObjectNode fields =
        (ObjectNode)
            Jsons.stored(
                body.replace('\'', '"')
                    .replace("NODE", victim.node)
                    .replace("RULE", victim.rule)
                    .replace("EVENT", victim.event)
                    .replace("COMMIT", victim.commit)
                    .replace("SCOPE", victim.scope)
                    .replace("SESSION", victim.session)
                    .replace("DECISION", victim.decision)
                    .replace("CANDIDATE", candidate));
    return fields.put("scope", victim.scope);
  }

  private JsonNode asVictim(String path) {
    return api.post(
            "/v1/memory/" + path, Jsons.text(base(path, victim.tenantSecret)), victim.credentials)
        .ok();
  }

  /** Waits until the server has done what the victim's writes owe. */
  private void settle() {
    Poll.until(
        "nothing is owed any more",
        Duration.ofSeconds(60),
        () -> query("select count(*) from memory_outbox where published_at is null").equals("0"));
  }

  private String strayTelemetry(String tenant) {
    return query(
        "select coalesce(string_agg(distinct tenant_id, ','), '') from memory_request_telemetry"
            + " where request_id like 'attack%' and tenant_id not in ('default', '"
            + tenant
            + "') and request_id like '%"
            + tenant
            + "'");
  }

  private String query(String sql) {
    try (Connection connection = guarded.database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** A new one each time: feedback with the same id and body counts as the same. */
  private static Map<String, String> headers(String key) {
    Map<String, String> headers = new HashMap<>();
    headers.put("x-api-key", key);
    headers.put(
        "x-request-id",
        "attack-"
            + UUID.randomUUID()
            + "-"
            + (key.equals(GuardedServer.CODER) ? "acme" : "globex"));
    return headers;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
