package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.local.Waiting;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Calls the memory API as any agent would.
 *
 * <p>Every write carries an Idempotency-Key, so a call that is refused for load or meets a moving
 * database is simply repeated.
 */
final class MemoryClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 8;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final URI base;
  private final Optional<String> apiKey;

  MemoryClient(URI base, Optional<String> apiKey) {
    this.base = base;
    this.apiKey = apiKey;
  }

  URI base() {
    return base;
  }

  /** Posts a body to {@code /v1/memory/<what>} and returns the answer of a success. */
  JsonNode post(String what, ObjectNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve("/v1/memory/" + what))
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .header("idempotency-key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    apiKey.ifPresent(key -> request.header("x-api-key", key));
    return send(what, request.build());
  }

  private JsonNode send(String what, HttpRequest request) {
    for (int attempt = 1; ; attempt++) {
      try {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          return Jsons.MAPPER.readTree(response.body());
        }
        boolean passing = response.statusCode() == 429 || response.statusCode() == 503;
        if (!passing || attempt == ATTEMPTS) {
          throw new Trouble(
              "The server answered " + what + " with status " + response.statusCode() + ".",
              response.body());
        }
        Waiting.sleep(pause(response));
      } catch (IOException e) {
        throw new Trouble("The server at " + base + " does not answer.", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Trouble("Interrupted.", e);
      }
    }
  }

  private static Duration pause(HttpResponse<String> response) {
    try {
      long seconds = Long.parseLong(response.headers().firstValue("retry-after").orElse("1"));
      Duration asked = Duration.ofSeconds(Math.max(1, seconds));
      return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    } catch (NumberFormatException e) {
      return Duration.ofSeconds(1);
    }
  }
}
