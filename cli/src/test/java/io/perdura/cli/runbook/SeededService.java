package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.LocalTier;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.Databases;
import io.perdura.cli.local.Waiting;
import io.perdura.cli.service.Credentials;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/** The local server and its database, to be given something that a job can do. */
final class SeededService {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(200);

  private final LocalTier tier;
  private final ServiceClient client;

  SeededService(Environment environment, Console console) {
    tier = new LocalTier(environment, console);
    int port = tier.server().running().orElseThrow().port();
    client =
        new ServiceClient(
            URI.create("http://127.0.0.1:" + port + "/"),
            new Credentials(tier.adminToken(), Optional.empty(), Optional.empty()),
            Duration.ofSeconds(20));
  }

  /** A document with single quotes in place of double ones. */
  static ObjectNode json(String text) {
    try {
      return (ObjectNode)
          Jsons.MAPPER.readTree(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  JsonNode post(String path, JsonNode body) {
    Reply reply = client.patiently(path, body, false);
    if (!reply.isOk()) {
      throw new IllegalStateException(path + ": " + reply.text());
    }
    return reply.json();
  }

  JsonNode post(String path, String body) {
    return post(path, json(body));
  }

  JsonNode control(String path, String body) {
    return post("/v1/admin/control/" + path, json(body));
  }

  /** A job as the service describes it. */
  JsonNode job(String name) {
    for (JsonNode job : client.get("/v1/admin/control/jobs").json().path("jobs")) {
      if (job.path("name").asText().equals(name)) {
        return job;
      }
    }
    throw new IllegalStateException("the service offers no job " + name);
  }

  /** The id of the server, as jobs name it. */
  String node() {
    return client
        .get("/v1/admin/control/members")
        .json()
        .path("members")
        .path(0)
        .path("id")
        .asText();
  }

  /** Runs a job to its end. */
  void ran(String job, String parameters) {
    JsonNode run = control("jobs/" + job + "/runs", "{'parameters':" + parameters + "}");
    String id = run.at("/run/run_id").asText();
    await(
        "the end of " + job,
        () -> {
          String state =
              client.get("/v1/admin/control/job-runs/" + id).json().at("/run/state").asText();
          if (state.equals("failed")) {
            throw new IllegalStateException(job + " failed");
          }
          return state.equals("succeeded");
        });
  }

  /** Waits until workers have done what was promised. */
  void drained() {
    await(
        "an empty outbox",
        () ->
            value(
                    "select count(*) from memory_outbox where published_at is null and failed_at is null")
                .equals("0"));
  }

  void sql(String... statements) {
    try (Connection connection = Databases.connect(tier.postgres().url());
        Statement statement = connection.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String value(String query) {
    try (Connection connection = Databases.connect(tier.postgres().url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file of the server's state directory. */
  java.nio.file.Path state(String name) {
    return tier.state().resolve(name);
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no " + what + " within " + PATIENCE);
      }
      Waiting.sleep(POLL);
    }
  }
}
