package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An embedding provider that speaks OpenAI's protocol and does what a test wants: a text that
 * starts with {@code throttled} is refused with 429, one that starts with {@code slow} is answered
 * when the test lets it go.
 */
final class EmbeddingStub implements AutoCloseable {
  private static final long LONGEST_SECONDS = 20;

  private final HttpServer server;
  private final int dimension;
  private final Phaser slow = new Phaser(1);

  EmbeddingStub(int dimension) throws IOException {
    this.dimension = dimension;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/embeddings", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/embeddings";
  }

  /** Answers every slow request that waits now. */
  void letGo() {
    slow.arrive();
  }

  @Override
  public void close() {
    letGo();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode texts = Jsons.MAPPER.readTree(exchange.getRequestBody()).get("input");
      String first = texts.get(0).textValue();
      if (first.startsWith("throttled")) {
        exchange.sendResponseHeaders(429, -1);
        return;
      }
      if (first.startsWith("slow")) {
        slow.awaitAdvanceInterruptibly(slow.getPhase(), LONGEST_SECONDS, TimeUnit.SECONDS);
      }
      ObjectNode answer = Jsons.object();
      ArrayNode data = answer.putArray("data");
      for (int i = 0; i < texts.size(); i++) {
        ArrayNode vector = data.addObject().put("index", i).putArray("embedding");
        for (int j = 0; j < dimension; j++) {
          vector.add(j == 0 ? 1 : 0);
        }
      }
      byte[] bytes = Jsons.MAPPER.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      throw new IOException("the test never let go", e);
    }
  }
}
