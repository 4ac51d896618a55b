package io.perdura.integrity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.embedding.Embeddings;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.kernel.StableIds;
import io.perdura.memory.Generations;
import io.perdura.memory.WriteRequest;
import io.perdura.memory.WriteService;
import io.perdura.outbox.Outbox;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The room over a test database, with scopes that a real write made. */
final class IntegrityKit {
  private static final Pattern CLIENT_ID = Pattern.compile("\\{([a-z][a-z0-9]*)\\}");

  /** Two events of one topic, an alias-free entity, a shared and a private rule, a rollup. */
  private static final String HEALTHY =
      """
      {'scope':'{scope}','input_text':'healthy','memory_lane':'shared','topic_cluster_async':false,'auto_embed':false,
       'nodes':[
        {'client_id':'e1','type':'event','title':'one','text_summary':'the first','embedding':[1,0,0,0]},
        {'client_id':'e2','type':'event','title':'two','text_summary':'the second','embedding':[0.9,0.1,0,0]},
        {'client_id':'mine','type':'event','text_summary':'of an agent','memory_lane':'private','owner_agent_id':'ann',
         'embedding':[0,0,1,0]},
        {'client_id':'n1','type':'entity','title':'a thing','tier':'archive','salience':0.01,'embedding':[0,1,0,0]},
        {'client_id':'n2','type':'concept','title':'an idea','slots':{'feedback_quality':-0.25,'feedback_positive':1,
         'feedback_negative':2,'last_tier_transition_ms':1700000000000,'pin':true},'embedding':[0,1,1,0]},
        {'client_id':'roll','type':'concept','title':'a summary','text_summary':'both','slots':{
         'summary_kind':'compression_rollup','citations':[]},'embedding':[1,0,0,1]},
        {'client_id':'rule','type':'rule','title':'a rule','slots':{'if':{},'then':{'tool':{'prefer':['x']}}}},
        {'client_id':'bare','type':'evidence'},
        {'client_id':'own','type':'rule','memory_lane':'private','owner_team_id':'red','slots':{'if':{},'then':{}}}],
       'edges':[
        {'type':'related_to','src':{'client_id':'e1'},'dst':{'client_id':'n1'}},
        {'type':'derived_from','src':{'client_id':'roll'},'dst':{'client_id':'e1'}}]}
      """;

  final Settings settings;
  final Database database;
  final Outbox outbox = Outbox.detached();
  final Embeddings embeddings;
  final Generations generations;
  final WriteService writes;
  final ConsistencyCheck consistency;
  final QualityEval quality;

  IntegrityKit(DataSource dataSource, String... namesAndValues) {
    Map<String, String> values = new HashMap<>();
    values.put("EMBEDDING_DIM", "4");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    settings = Settings.of(values);
    database = new Database(dataSource);
    embeddings = Embeddings.of(settings);
    generations = new Generations(database, settings, embeddings);
    writes = WriteService.of(database, settings, generations, outbox);
    consistency = ConsistencyCheck.of(database, settings);
    quality = QualityEval.of(database, settings);
  }

  static UUID id(String scope, String clientId) {
    return StableIds.uuid(scope + ":node:" + clientId);
  }

  /** Makes a scope in which all is well, with feedback, a decision and events of the outbox. */
  IntegrityKit healthy(String scope) {
    write(HEALTHY.replace("{scope}", scope));
    execute(
        scope,
        """
        update memory_nodes set slots = jsonb_set(slots, array['citations'],
          jsonb_build_array(jsonb_build_object('node_id', '{e1}'))) where id = '{roll}';
        insert into memory_execution_decisions (id, scope, run_id, selected_tool, context_sha256, policy_sha256)
          values (md5('{scope}d')::uuid, '{scope}', 'run', 'x', 'c', 'p');
        insert into memory_rule_feedback (id, scope, rule_node_id, run_id, outcome, source, decision_id)
          values (md5('{scope}f')::uuid, '{scope}', '{rule}', ' run', 'positive', 'tools_feedback', md5('{scope}d')::uuid);
        insert into memory_outbox (scope, commit_id, event_type, payload, job_key, attempts, published_at, claimed_at)
          select '{scope}', commit_id, 'embed_nodes', '{}', 'done', 30, now(), now() - interval '1 day' from memory_nodes
          where id = '{e1}';
        insert into memory_outbox (scope, commit_id, event_type, payload, job_key, attempts, claimed_at, claimed_by, lease_until)
          select '{scope}', commit_id, 'embed_nodes', '{}', 'last', 25, now() - interval '1 day', 'w',
            now() + interval '1 minute' from memory_nodes where id = '{e1}'
        """);
    return this;
  }

  JsonNode write(String body) {
    ObjectNode json = (ObjectNode) Jsons.stored(body.replace('\'', '"'));
    return writes.write(WriteRequest.read(json, settings), Once.UNKEYED).body();
  }

  /** Runs SQL in which {@code {scope}} is the scope and {@code {x}} the node of client id x. */
  void execute(String scope, String sql) {
    Matcher matcher = CLIENT_ID.matcher(sql);
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String value = name.equals("scope") ? scope : id(scope, name).toString();
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    matcher.appendTail(text);
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text.toString());
    } catch (SQLException e) {
      throw new IllegalStateException(text.toString(), e);
    }
  }

  String value(String sql) {
    return database.read(
        "value",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
          }
        });
  }

  static Map<String, String> parameters(String... namesAndValues) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return given;
  }

  ConsistencyReport check(String... namesAndValues) {
    return consistency.check(
        consistency.definition().check(parameters(namesAndValues)), JobProgress.unwatched());
  }

  JobResult run(String... namesAndValues) throws Exception {
    return JobLoop.run(consistency, parameters(namesAndValues));
  }

  JobResult evaluate(String... namesAndValues) throws Exception {
    return JobLoop.run(quality, parameters(namesAndValues));
  }

  JsonNode evaluateQuietly(String scope) {
    return quality.evaluate(
        QualityOptions.of(quality.definition().check(Map.of("scope", scope)), settings));
  }

  /** Names of the checks that ended in {@code status}. */
  static List<String> with(String status, ConsistencyReport report) {
    List<String> names = new ArrayList<>();
    for (JsonNode check : report.body().path("checks")) {
      if (check.path("status").textValue().equals(status)) {
        names.add(check.path("name").textValue());
      }
    }
    return names;
  }

  static JsonNode named(String name, ConsistencyReport report) {
    for (JsonNode check : report.body().path("checks")) {
      if (check.path("name").textValue().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("there is no check " + name);
  }
}
