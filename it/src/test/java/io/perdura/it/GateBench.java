package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One server in production's configuration, with a scope that every gate finds sound, for all tests
 * of gates in a JVM. A test that breaks something mends it.
 */
final class GateBench {
  static final String SCOPE = "judged";
  static final String KEY = "gates-agent-key-0123456789abcdef";
  static final String ADMIN = "gates-admin-token-0123456789abcdefghij";

  /** Events and entities of the judged scope. */
  private static final int EVENTS = 12;

  private static final List<String> PLACES = List.of("Oslo", "Lima", "Cairo", "Kyoto", "Perth");

  private static GateBench instance;
  private static boolean tried;

  private final TestDatabase database;
  private final LibertyServer server;
  private final JudgedDatabase tables;
  private final Path home;

  /**
   * A run of a gate in this process.
   *
   * @param told what it printed
   */
  record Ran(int exit, JsonNode summary, String told) {
    /** The steps that were negative. */
    TreeSet<String> red() {
      TreeSet<String> red = new TreeSet<>();
      summary
          .path("steps")
          .forEach(step -> {
            if (!step.path("ok").asBoolean()) {
              red.add(step.path("name").asText());
            }
          });
      return red;
    }

    String status(String step) {
      for (JsonNode one : summary.path("steps")) {
        if (one.path("name").asText().equals(step)) {
          return one.path("status").asText();
        }
      }
      return "no such step";
    }

    String failures() {
      return summary.path("fail_reasons").toString();
    }

    void isRed(String reason) {
      assertThat(exit).as(told).isEqualTo(Main.NEGATIVE);
      assertThat(failures()).contains(reason);
    }

    Ran isGreen() {
      assertThat(exit).as(told).isZero();
      return this;
    }

    /** Nothing was wrong in the steps that were taken. */
    Ran isPartlyGreen() {
      assertThat(summary.path("verdict").asText()).as(told).isEqualTo("partial");
      assertThat(exit).isEqualTo(Main.NEGATIVE);
      return this;
    }
  }

  private GateBench() {
    try {
      home = Files.createTempDirectory("perdura-gates");
      Files.writeString(home.resolve("admin"), ADMIN);
      Files.writeString(home.resolve("key"), KEY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database = TestDatabase.fresh();
    tables = new JudgedDatabase(database);
    server = production("gates").start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-gates-server"));
    assertThat(perdura("evidence", "keygen", "--key", key().toString()).exit()).isZero();
    remember();
  }

  static synchronized GateBench get() {
    if (!tried) {
      tried = true;
      instance = new GateBench();
    }
    assertThat(instance)
        .as("the server for the gates did not start, as an earlier test says")
        .isNotNull();
    return instance;
  }

  private void stop() {
    if (server.isAlive()) {
      server.kill();
    }
  }

  private LibertyServer production(String name) {
    return plain(name)
        .with("APP_ENV", "prod")
        .with("MEMORY_AUTH_MODE", "api_key")
        .with("MEMORY_API_KEYS_JSON", "{\"" + KEY + "\":{\"tenant_id\":\"default\"}}")
        .with("EMBEDDING_PROVIDER", "local")
        .with("PERDURA_RECALL_ARMS", null)
        .with("RATE_LIMIT_ENABLED", "true")
        .with("TENANT_QUOTA_ENABLED", "true")
        .with("RATE_LIMIT_BYPASS_LOOPBACK", "false")
        .with("CORS_ALLOW_ORIGINS", "https://console.example.com");
  }

  /** Another server on the same database, as developers run it; not started yet. */
  LibertyServer plain(String name) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("ADMIN_TOKEN", ADMIN);
  }

  LibertyServer server() {
    return server;
  }

  JudgedDatabase tables() {
    return tables;
  }

  /** The operator's key; its public half is beside it. */
  Path key() {
    return home.resolve("operator.key");
  }

  Api.Answer post(String path, JsonNode body) {
    return server.api().post(path, Jsons.text(body), Map.of("x-api-key", KEY));
  }

  /** Runs a command of the operator's. */
  Ran perdura(String... arguments) {
    StringWriter told = new StringWriter();
    PrintWriter writer = new PrintWriter(told, true);
    return new Ran(
        Main.run(new Console(writer, writer, false), arguments), Jsons.object(), told.toString());
  }

  /** Runs a gate on the bench's server; the evidence goes to {@code out}. */
  Ran gate(Path out, String name, String... more) {
    return gate(server, out, name, more);
  }

  Ran gate(LibertyServer judged, Path out, String name, String... more) {
    List<String> arguments = new ArrayList<>(List.of("gate", name));
    arguments.addAll(List.of("--base-url", judged.api().toString(), "--out-dir", out.toString()));
    arguments.addAll(List.of("--admin-token-file", home.resolve("admin").toString()));
    arguments.addAll(List.of("--api-key-file", home.resolve("key").toString()));
    arguments.addAll(List.of("--key", key().toString()));
    if (!List.of(more).contains("--scope")) {
      arguments.addAll(List.of("--scope", SCOPE));
    }
    arguments.addAll(List.of(more));
    Ran ran = perdura(arguments.toArray(String[]::new));
    try {
      JsonNode summary = Jsons.stored(Files.readString(out.resolve("summary.json")));
      return new Ran(ran.exit(), summary, ran.told() + "\n" + summary.toPrettyString());
    } catch (IOException e) {
      throw new AssertionError(ran.told(), e);
    }
  }

  /** Long events about places, the places, and two rules that contradict each other. */
  private void remember() {
    ObjectNode body = Jsons.object().put("scope", SCOPE).put("memory_lane", "shared");
    body.put("input_text", "what was agreed").put("trigger_topic_cluster", false);
    ArrayNode nodes = body.putArray("nodes");
    ArrayNode edges = body.putArray("edges");
    for (String place : PLACES) {
      entity(nodes, place, place);
    }
    for (int i = 0; i < EVENTS; i++) {
      String place = PLACES.get(i % PLACES.size());
      String text =
          "Invoice %d of the office in %s is due at the deadline; it was decided that nobody pays before the review of the contract."
              .formatted(i, place);
      nodes.addObject().put("type", "event").put("client_id", "e" + i).put("text_summary", text);
      ObjectNode edge = edges.addObject().put("type", "related_to").put("weight", 0.9);
      edge.putObject("src").put("client_id", "e" + i);
      edge.putObject("dst").put("client_id", place);
    }
    // Nothing leads to it: an alias of it has no edges.
    entity(nodes, "alone", "Quito");
    rule(nodes, "json");
    rule(nodes, "text");
    post("/v1/memory/write", body).ok();
    inForce("json");
    inForce("text");
    tables.sql(
        "update memory_rule_defs set positive_count = 3 where rule_node_id = " + id("rule-json"));
    int embedded = EVENTS + PLACES.size() + 1;
    Poll.until(
        "the judged scope is embedded",
        Duration.ofSeconds(90),
        () -> tables.count("memory_vectors where scope = 'judged'") >= embedded,
        server::logText);
    settle();
  }

  private static void entity(ArrayNode nodes, String client, String name) {
    ObjectNode entity = nodes.addObject().put("type", "entity").put("client_id", client);
    entity.put("title", name).put("text_summary", "A city.");
  }

  private static void rule(ArrayNode nodes, String format) {
    ObjectNode rule = nodes.addObject().put("type", "rule").put("client_id", "rule-" + format);
    rule.put("text_summary", "Answers are given as " + format + ".");
    ObjectNode slots = rule.putObject("slots");
    slots.putObject("if").put("intent", "json");
    slots.putObject("then").putObject("output").put("format", format);
  }

  private void inForce(String format) {
    ObjectNode question = Jsons.object().put("scope", SCOPE).put("client_id", "rule-" + format);
    String rule = post("/v1/memory/find", question).ok().at("/nodes/0/id").textValue();
    ObjectNode wish = Jsons.object().put("scope", SCOPE).put("rule_node_id", rule);
    post("/v1/memory/rules/state", wish.put("state", "active").put("input_text", "agreed")).ok();
  }

  /** SQL for the id of a node of the judged scope. */
  static String id(String client) {
    return "(select id from memory_nodes where scope = 'judged' and client_id = '" + client + "')";
  }

  /** Waits until nothing of the judged scope is open any more. */
  private void settle() {
    Poll.until(
        "the judged scope's events are done",
        Duration.ofSeconds(60),
        () ->
            tables.count("memory_outbox where scope = 'judged' and published_at is null") == 0
                && tables.count(
                        "memory_nodes where scope = 'judged' and embedding_status <> 'ready'")
                    == 0,
        server::logText);
  }
}
