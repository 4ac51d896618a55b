package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Trouble;
import io.perdura.cli.local.Waiting;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The value path: facts written by one agent among many other sentences are found again, after a
 * restart, by another agent that asks in other words.
 */
final class Demo {
  static final String WRITER = "demo-writer";
  static final String READER = "demo-reader";

  private static final int BATCH = 40;
  private static final int PAGE = 200;
  private static final int RECALL_LIMIT = 20;
  private static final Duration POLL = Duration.ofMillis(250);

  private final MemoryClient client;
  private final Console console;
  private final String scope;
  private final Duration embeddingLimit;

  /** Brings the server process down and up again. */
  interface Restart {
    /** Returns false when the server is not ours to restart. */
    boolean run();
  }

  Demo(MemoryClient client, Console console, String scope, Duration embeddingLimit) {
    this.client = client;
    this.console = console;
    this.scope = scope;
    this.embeddingLimit = embeddingLimit;
  }

  DemoReport run(Restart restart) {
    writeDistractors();
    awaitEmbeddings(Distractors.COUNT);

    console.begin("Recall before");
    Map<Fact, Recall> before = ask(WRITER);
    console.done(Fact.ALL.size() + " questions asked");

    Map<Fact, String> nodes = writeFacts();
    awaitEmbeddings(Distractors.COUNT + Fact.ALL.size());

    console.begin("Recall after");
    Map<Fact, Recall> after = ask(WRITER);
    console.done(Fact.ALL.size() + " questions asked");

    boolean restarted = restart.run();

    console.begin("Recall cold");
    openSession("demo-reading", READER);
    Map<Fact, Recall> cold = ask(READER);
    console.done("another session, another agent" + (restarted ? ", another process" : ""));
    return new DemoReport(client.base(), scope, restarted, nodes, before, after, cold);
  }

  private void writeDistractors() {
    console.begin("Distractors");
    List<String> sentences = Distractors.all();
    for (int start = 0; start < sentences.size(); start += BATCH) {
      List<String> part = sentences.subList(start, Math.min(start + BATCH, sentences.size()));
      ObjectNode body = body();
      body.put("input_text", "team notes from " + (start + 1)).put("memory_lane", "shared");
      body.put("producer_agent_id", WRITER).put("auto_embed", true);
      body.put("trigger_topic_cluster", false);
      ArrayNode nodes = body.putArray("nodes");
      for (int i = 0; i < part.size(); i++) {
        nodes
            .addObject()
            .put("type", "event")
            .put("client_id", "note-" + (start + i))
            .put("text_summary", part.get(i));
      }
      client.post("write", body);
    }
    console.done(sentences.size() + " written");
  }

  private Map<Fact, String> writeFacts() {
    console.begin("Facts");
    openSession("demo-writing", WRITER);
    Map<Fact, String> nodes = new LinkedHashMap<>();
    for (Fact fact : Fact.ALL) {
      ObjectNode body = body();
      body.put("session_id", "demo-writing").put("event_id", fact.key());
      body.put("input_text", fact.text()).put("text_summary", fact.text());
      body.put("memory_lane", "shared").put("producer_agent_id", WRITER);
      nodes.put(fact, client.post("events", body).path("event_node_id").asText());
    }
    console.done(nodes.size() + " written in one session by " + WRITER);
    return nodes;
  }

  private void openSession(String id, String agent) {
    ObjectNode body = body();
    body.put("session_id", id).put("title", "Demo session of " + agent);
    body.put("memory_lane", "shared").put("producer_agent_id", agent);
    client.post("sessions", body);
  }

  private Map<Fact, Recall> ask(String agent) {
    Map<Fact, Recall> answers = new LinkedHashMap<>();
    for (Fact fact : Fact.ALL) {
      ObjectNode body = body();
      body.put("query_text", fact.question()).put("limit", RECALL_LIMIT);
      body.put("consumer_agent_id", agent);
      answers.put(fact, Recall.of(client.post("recall_text", body)));
    }
    return answers;
  }

  /** Waits until every event of the scope has its vector. */
  private void awaitEmbeddings(int expected) {
    console.begin("Embeddings");
    long end = System.nanoTime() + embeddingLimit.toNanos();
    int ready = 0;
    while (ready < expected) {
      if (System.nanoTime() > end) {
        throw new Trouble(
            "Only "
                + ready
                + " of "
                + expected
                + " sentences had an embedding after "
                + embeddingLimit.toSeconds()
                + " s.");
      }
      ready = countReady();
      if (ready < expected) {
        Waiting.sleep(POLL);
      }
    }
    console.done(ready + " ready");
  }

  private int countReady() {
    int ready = 0;
    boolean more = true;
    for (int offset = 0; more; offset += PAGE) {
      ObjectNode body = body();
      body.put("type", "event").put("include_meta", true).put("consumer_agent_id", WRITER);
      body.put("limit", PAGE).put("offset", offset);
      JsonNode answer = client.post("find", body);
      for (JsonNode node : answer.path("nodes")) {
        String status = node.path("embedding_status").asText();
        if (status.equals("failed")) {
          throw new Trouble("A sentence could not be embedded; see perdura logs.");
        }
        ready += status.equals("ready") ? 1 : 0;
      }
      more = answer.path("page").path("has_more").asBoolean();
    }
    return ready;
  }

  private ObjectNode body() {
    return Jsons.MAPPER.createObjectNode().put("scope", scope);
  }
}
