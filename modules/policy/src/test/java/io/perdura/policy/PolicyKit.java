package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** One server's policy loop over a test database. */
final class PolicyKit {
  private static final UUID COMMIT = new UUID(9, 9);

  /** A meter that can be read. */
  static final class Counts implements PolicyMeter {
    final Map<String, Integer> counts = new ConcurrentHashMap<>();

    @Override
    public void evaluated(long nanos) {
      add("evaluated", 1);
    }

    @Override
    public void looked(boolean known) {
      add(known ? "hits" : "misses", 1);
    }

    @Override
    public void compiled(int rules, long nanos) {
      add("compiled", 1);
      add("rules", rules);
    }

    @Override
    public void selected(String outcome) {
      add(outcome, 1);
    }

    private void add(String name, int by) {
      counts.merge(name, by, Integer::sum);
    }
  }

  /** What this server counted. */
  final Counts figures = new Counts();

  final Settings settings;
  final Database database;
  final RuleSets sets;
  final RuleService rules;
  final ToolService tools;
  final ToolFeedbackService feedbacks;
  final PolicyHousekeeping housekeeping;

  PolicyKit(DataSource dataSource, String... namesAndValues) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    settings = Settings.of(values);
    database = new Database(dataSource);
    sets = new RuleSets(database, settings, figures);
    rules = new RuleService(database, settings, sets, figures);
    tools = new ToolService(database, settings, sets, figures);
    feedbacks = new ToolFeedbackService(database, settings, sets, figures);
    housekeeping = new PolicyHousekeeping(database, settings);
  }

  /** Writes a shared rule as a draft, and returns its id. */
  UUID rule(String scope, String ifJson, String then) {
    return rule(scope, "{'if':" + ifJson + ",'then':" + then + "}", null, true);
  }

  /** {@code owner} null: shared. Without a definition there is only the node. */
  UUID rule(String scope, String slots, String owner, boolean defined) {
    UUID id = UUID.randomUUID();
    execute(
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values ('"
            + COMMIT
            + "', 'elsewhere', 'i', 'd', 'first') on conflict do nothing");
    database.transaction(
        "rule",
        tx -> {
          try (PreparedStatement node =
              tx.connection()
                  .prepareStatement(
                      "insert into memory_nodes (id, scope, type, memory_lane, owner_agent_id, slots, commit_id)"
                          + " values (?, ?, 'rule', ?, ?, ?::jsonb, ?)")) {
            node.setObject(1, id);
            node.setString(2, scope);
            node.setString(3, owner == null ? "shared" : "private");
            node.setString(4, owner);
            node.setString(5, slots.replace('\'', '"'));
            node.setObject(6, COMMIT);
            node.executeUpdate();
          }
          if (defined) {
            try (PreparedStatement definition =
                tx.connection()
                    .prepareStatement(
                        "insert into memory_rule_defs (scope, rule_node_id, if_json, then_json, exceptions_json)"
                            + " select scope, id, coalesce(slots->'if', '{}'), coalesce(slots->'then', '{}'),"
                            + " coalesce(slots->'exceptions', '[]') from memory_nodes where id = ?")) {
              definition.setObject(1, id);
              definition.executeUpdate();
            }
          }
          return id;
        });
    return id;
  }

  JsonNode state(UUID rule, String scope, String state) {
    return rules
        .setState(
            RuleStateRequest.read(
                body(
                    "{'scope':'%s','rule_node_id':'%s','state':'%s','input_text':'x'}"
                        .formatted(scope, rule, state)),
                settings),
            Once.UNKEYED)
        .body();
  }

  JsonNode feedback(String body) {
    return rules.feedback(FeedbackRequest.read(body(body), settings), Once.UNKEYED).body();
  }

  JsonNode evaluate(String body) {
    return rules.evaluate(EvaluateRequest.read(body(body), settings));
  }

  JsonNode select(String body) {
    return tools.select(SelectRequest.read(body(body), settings), Once.UNKEYED).body();
  }

  JsonNode decision(String scope, String id) {
    return tools.decision(
        DecisionRequest.read(
            body("{'scope':'" + scope + "','decision_id':'" + id + "'}"), settings));
  }

  JsonNode toolFeedback(String body) {
    return feedbacks
        .feedback(ToolFeedbackRequest.read(body(body), settings), null, Once.UNKEYED)
        .body();
  }

  /** Reads JSON with single quotes. */
  static ObjectNode body(String text) {
    return (ObjectNode) Jsons.stored(text.replace('\'', '"'));
  }

  /** Returns the refusal that {@code call} meets. */
  static ApiException refusal(Runnable call) {
    try {
      call.run();
    } catch (ApiException e) {
      return e;
    }
    throw new AssertionError("nothing was refused");
  }

  /** Returns the single value of a query as text. */
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

  void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
