package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A client that hides nothing: status, headers and body as they came. */
final class Api {
  static final String ADMIN_TOKEN = "it-admin-token-0123456789abcdef";
  static final Map<String, String> ADMIN = Map.of("x-admin-token", ADMIN_TOKEN);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final String base;

  Api(String base) {
    this.base = base;
  }

  @Override
  public String toString() {
    return base;
  }

  /** What came back. */
  record Answer(int status, String text, HttpResponse<byte[]> raw) {
    JsonNode json() {
      return Jsons.stored(text);
    }

    String header(String name) {
      return raw.headers().firstValue(name).orElse(null);
    }

    /** The body of an expected success. */
    JsonNode ok() {
      if (status != 200) {
        throw new AssertionError("expected 200, got " + status + ": " + text);
      }
      return json();
    }
  }

  Answer post(String path, String json) {
    return post(path, json, Map.of());
  }

  Answer post(String path, JsonNode json) {
    return post(path, Jsons.text(json), Map.of());
  }

  Answer post(String path, String json, Map<String, String> headers) {
    return send("POST", path, "application/json", json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer get(String path) {
    return send("GET", path, null, null, Map.of());
  }

  Answer get(String path, Map<String, String> headers) {
    return send("GET", path, null, null, headers);
  }

  /** Returns the status of a GET, 0 when nobody answers. */
  int status(String path) {
    try {
      return get(path).status();
    } catch (UnreachableException e) {
      return 0;
    }
  }

  Answer send(
      String method, String path, String contentType, byte[] body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (contentType != null) {
      request.header("content-type", contentType);
    }
    headers.forEach(request::header);
    try {
      HttpResponse<byte[]> response =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
    } catch (IOException e) {
      throw new UnreachableException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Nobody answered, or the connection broke. */
  static final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, IOException cause) {
      super(message, cause);
    }
  }
}
