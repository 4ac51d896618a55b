package io.perdura.cli.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lines of JSON-RPC in, lines of JSON-RPC out (contract, policy-control, section 11). Lines are
 * handled at the same time, so answers may come in another order.
 */
final class McpRelay {
  private static final int MOST_AT_ONCE = 32;

  private final Function<JsonNode, Optional<JsonNode>> server;
  private final OutputStream out;
  private final Consumer<String> log;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /**
   * @param server answers one message; empty when it needs no answer
   * @param log takes what a person should know; never standard output
   */
  McpRelay(Function<JsonNode, Optional<JsonNode>> server, OutputStream out, Consumer<String> log) {
    this.server = server;
    this.out = out;
    this.log = log;
  }

  /** Relays until the input ends or the client says {@code exit}; then finishes what is begun. */
  void run(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      boolean open = true;
      for (String line = lines.readLine(); line != null && open; ) {
        open = line.isBlank() || take(line, workers);
        line = open ? lines.readLine() : null;
      }
    }
  }

  /** Tells whether there may be more. */
  private boolean take(String line, ExecutorService workers) {
    JsonNode message;
    try {
      message = Jsons.MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      log.accept("perdura mcp: a line that is no JSON was dropped");
      return true;
    }
    if (!message.isArray()) {
      return takeOne(message, workers);
    }
    for (JsonNode one : message) {
      if (!takeOne(one, workers)) {
        return false;
      }
    }
    return true;
  }

  private boolean takeOne(JsonNode message, ExecutorService workers) {
    String method = message.path("method").asText();
    if (method.equals("exit")) {
      return false;
    }
    places.acquireUninterruptibly();
    workers.execute(() -> {
      try {
        (method.equals("shutdown") ? shutdown(message) : server.apply(message))
            .ifPresent(this::write);
      } finally {
        places.release();
      }
    });
    return true;
  }

  /** Concerns this process alone. */
  private static Optional<JsonNode> shutdown(JsonNode message) {
    if (!message.has("id")) {
      return Optional.empty();
    }
    ObjectNode answer = Jsons.object().put("jsonrpc", "2.0");
    answer.set("id", message.get("id"));
    answer.set("result", NullNode.getInstance());
    return Optional.of(answer);
  }

  private synchronized void write(JsonNode answer) {
    try {
      out.write((Jsons.text(answer) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
