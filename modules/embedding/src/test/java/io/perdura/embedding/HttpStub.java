package io.perdura.embedding;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A provider on this machine that misbehaves on demand and remembers what it was asked. */
final class HttpStub implements AutoCloseable {
  /** Answers one request. */
  interface Answer {
    void to(HttpExchange exchange, JsonNode body) throws IOException, InterruptedException;
  }

  /** What came in. */
  record Asked(String uri, String authorization, String contentType, JsonNode body) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Deque<Answer> script = new ConcurrentLinkedDeque<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Answer otherwise = (exchange, body) -> send(exchange, 501, "no answer scripted");

  HttpStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The next request gets this answer. */
  HttpStub next(Answer answer) {
    script.addLast(answer);
    return this;
  }

  /** Every request beyond the script gets this answer. */
  HttpStub otherwise(Answer answer) {
    otherwise = answer;
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream in = exchange.getRequestBody()) {
      JsonNode body = Jsons.MAPPER.readTree(in);
      asked.add(
          new Asked(
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders().getFirst("authorization"),
              exchange.getRequestHeaders().getFirst("content-type"),
              body));
      Answer answer = script.pollFirst();
      (answer == null ? otherwise : answer).to(exchange, body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static Answer status(int status, String body) {
    return (exchange, request) -> send(exchange, status, body);
  }

  static Answer throttled(String header, String value) {
    return (exchange, request) -> {
      exchange.getResponseHeaders().add(header, value);
      send(exchange, 429, "{\"error\":\"slow down\"}");
    };
  }

  static Answer slow(long millis, Answer then) {
    return (exchange, request) -> {
      Thread.sleep(millis);
      then.to(exchange, request);
    };
  }

  /** Promises a body and breaks the connection in the middle of it. */
  static Answer brokenOff() {
    return (exchange, request) -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"data\":[".getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      throw new IOException("cable cut");
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
