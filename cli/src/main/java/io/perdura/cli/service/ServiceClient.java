package io.perdura.cli.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.local.Waiting;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * Calls a running service as an operator does: over its public port, with an administrator's
 * credential for the administration and an agent's for memory.
 *
 * <p>Safe for use by several threads.
 */
public final class ServiceClient {
  /** A read with this header leaves no trace in the scope that it reads. */
  public static final String PROBE = "x-perdura-probe";

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int PATIENT_ATTEMPTS = 30;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final URI base;
  private final Credentials credentials;
  private final Duration timeout;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  public ServiceClient(URI base, Credentials credentials, Duration timeout) {
    this.base = base;
    this.credentials = credentials;
    this.timeout = timeout;
  }

  /** Where the service is, without credentials that the address may carry. */
  public String address() {
    String user = base.getRawUserInfo();
    return user == null ? base.toString() : base.toString().replace(user + "@", "");
  }

  public Credentials credentials() {
    return credentials;
  }

  /** The same service with other credentials. */
  public ServiceClient with(Credentials others) {
    return new ServiceClient(base, others, timeout);
  }

  public Reply get(String path) {
    return send("GET", path, null, Map.of());
  }

  public Reply post(String path, JsonNode body) {
    return send("POST", path, body, Map.of());
  }

  public Reply put(String path, JsonNode body) {
    return send("PUT", path, body, Map.of());
  }

  public Reply delete(String path) {
    return send("DELETE", path, null, Map.of());
  }

  /** Reads without a trace, to judge. */
  public Reply probe(String path, JsonNode body) {
    return send("POST", path, body, Map.of(PROBE, "true"));
  }

  /** Posts and, when it is refused for load, waits as asked and posts again. */
  public Reply patiently(String path, JsonNode body, boolean probe) {
    String key = UUID.randomUUID().toString();
    Map<String, String> headers = probe ? Map.of(PROBE, "true") : Map.of("idempotency-key", key);
    for (int attempt = 1; ; attempt++) {
      Reply reply = send("POST", path, body, headers);
      boolean passing = reply.status() == 429 || reply.status() == 503;
      if (!passing || attempt == PATIENT_ATTEMPTS) {
        return reply;
      }
      Duration asked = Duration.ofSeconds(Math.max(1, reply.retryAfterSeconds()));
      Waiting.sleep(asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked);
    }
  }

  /**
   * Sends one request.
   *
   * @throws Unreachable when nobody answered in time
   */
  public Reply send(String method, String path, JsonNode body, Map<String, String> headers) {
    HttpRequest request = request(method, path, body, headers);
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.body(), retryAfter(response));
    } catch (IOException e) {
      throw new Unreachable(
          "the service at " + address() + " does not answer (" + reason(e) + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unreachable("the call was interrupted", e);
    }
  }

  /** The status of a request whose answer nobody reads, 0 when there was none. */
  public int status(String path, byte[] body, boolean probe) {
    HttpRequest.Builder request = builder(path).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    request.header("content-type", "application/json");
    if (probe) {
      request.header(PROBE, "true");
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private HttpRequest request(
      String method, String path, JsonNode body, Map<String, String> headers) {
    HttpRequest.Builder request =
        builder(path)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(Jsons.text(body)));
    if (body != null) {
      request.header("content-type", "application/json");
    }
    headers.forEach(request::header);
    return request.build();
  }

  private HttpRequest.Builder builder(String path) {
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(timeout);
      credentials.admin().ifPresent(token -> request.header("x-admin-token", token));
      credentials.apiKey().ifPresent(key -> request.header("x-api-key", key));
      credentials.bearer().ifPresent(token -> request.header("authorization", "Bearer " + token));
      return request;
    } catch (IllegalArgumentException e) {
      throw new Trouble("The address or a credential cannot be sent as it is.", e);
    }
  }

  private static long retryAfter(HttpResponse<?> response) {
    try {
      return Long.parseLong(response.headers().firstValue("retry-after").orElse("0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String reason(IOException e) {
    String name = e.getClass().getSimpleName().replace("Exception", "");
    String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return e.getMessage() == null ? words : words + ": " + e.getMessage();
  }
}
