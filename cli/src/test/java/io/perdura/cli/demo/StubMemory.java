package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;

/** A memory service that recalls as well, or as badly, as a test wants. */
final class StubMemory implements AutoCloseable {
  /** How recall behaves. */
  enum Recalling {
    WELL,
    NOTHING,
    FACTS_LAST,
    FACTS_FOURTH,
    ONLY_FOR_THE_WRITER,
    ALL_BUT_ONE
  }

  private final HttpServer server;
  private final Recalling recalling;
  private final Map<String, String> events = new LinkedHashMap<>();
  private int refusals;

  StubMemory(Recalling recalling) throws IOException {
    this.recalling = recalling;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newSingleThreadExecutor());
    server.createContext("/v1/memory/", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next requests are refused for load. */
  void refuse(int requests) {
    refusals = requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    JsonNode body = Jsons.MAPPER.readTree(exchange.getRequestBody());
    int status = 200;
    ObjectNode answer = Jsons.MAPPER.createObjectNode();
    if (refusals > 0) {
      refusals--;
      status = 429;
      exchange.getResponseHeaders().add("retry-after", "1");
    } else {
      switch (path.substring("/v1/memory/".length())) {
        case "write" ->
            body.path("nodes").forEach(n -> events.put(id(), n.path("text_summary").asText()));
        case "events" -> {
          String id = id();
          events.put(id, body.path("text_summary").asText());
          answer.put("event_node_id", id);
        }
        case "find" -> find(body, answer);
        case "recall_text" -> recall(body, answer);
        default -> answer.put("session_id", body.path("session_id").asText());
      }
    }
    byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void find(JsonNode body, ObjectNode answer) {
    int offset = body.path("offset").asInt();
    int limit = body.path("limit").asInt();
    ArrayNode nodes = answer.putArray("nodes");
    events.keySet().stream()
        .skip(offset)
        .limit(limit)
        .forEach(id -> nodes.addObject().put("id", id).put("embedding_status", "ready"));
    answer.putObject("page").put("has_more", offset + limit < events.size());
  }

  private void recall(JsonNode body, ObjectNode answer) {
    String question = body.path("query_text").asText();
    boolean reader = body.path("consumer_agent_id").asText().equals(Demo.READER);
    Fact fact =
        Fact.ALL.stream().filter(f -> f.question().equals(question)).findFirst().orElseThrow();
    List<String> ranked = new ArrayList<>(events.keySet());
    String node =
        ranked.stream().filter(id -> events.get(id).equals(fact.text())).findFirst().orElse("");
    ranked.remove(node);
    Collections.sort(ranked);
    if (recalling == Recalling.NOTHING || (recalling == Recalling.ONLY_FOR_THE_WRITER && reader)) {
      ranked.clear();
    } else if (!node.isEmpty()) {
      boolean bad = recalling == Recalling.ALL_BUT_ONE && fact.equals(Fact.ALL.getLast());
      switch (recalling) {
        case FACTS_LAST -> ranked.addLast(node);
        case FACTS_FOURTH -> ranked.add(3, node);
        default -> ranked.add(bad ? 5 : 0, node);
      }
    }
    ArrayNode list = answer.putArray("ranked");
    ArrayNode nodes = answer.putObject("subgraph").putArray("nodes");
    ranked.stream()
        .limit(20)
        .forEach(id -> {
          list.addObject().put("id", id);
          nodes.addObject().put("id", id).put("text_summary", events.get(id));
        });
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }

  @Override
  public void close() {
    server.stop(0);
    try {
      if (server.getExecutor() instanceof AutoCloseable executor) {
        executor.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
