package io.perdura.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The server said no. */
public final class ApiException extends PerduraException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient JsonNode body;
  private final Duration retryAfter;

  ApiException(int status, JsonNode body, Duration retryAfter, String requestId, int attempts) {
    super(sentence(status, body), null, requestId, attempts);
    this.status = status;
    this.code = code(status, body);
    this.body = body;
    this.retryAfter = retryAfter;
  }

  private static String code(int status, JsonNode body) {
    String code = body.path("error").asText();
    return code.isEmpty() ? "http_" + status : code;
  }

  private static String sentence(int status, JsonNode body) {
    StringBuilder sentence =
        new StringBuilder().append(status).append(' ').append(code(status, body));
    String message = body.path("message").asText();
    if (!message.isEmpty()) {
      sentence.append(": ").append(message);
    }
    for (JsonNode issue : body.path("issues")) {
      sentence
          .append(": ")
          .append(issue.path("path").asText())
          .append(' ')
          .append(issue.path("message").asText());
    }
    return sentence.toString();
  }

  /** The status of HTTP. */
  public int status() {
    return status;
  }

  /** The machine code, {@code error} of the body; {@code http_<status>} when it has none. */
  public String code() {
    return code;
  }

  /** What the code is about, if the server told. */
  public Optional<JsonNode> details() {
    return Optional.ofNullable(body).map(whole -> whole.get("details"));
  }

  /** What is wrong with which part of the request; empty unless the request was not valid. */
  public List<Issue> issues() {
    List<Issue> issues = new ArrayList<>();
    if (body != null) {
      body.path("issues")
          .forEach(issue ->
              issues.add(new Issue(issue.path("path").asText(), issue.path("message").asText())));
    }
    return Collections.unmodifiableList(issues);
  }

  /** When the server wants to be asked again. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** One fault of a request. */
  public static final class Issue {
    private final String path;
    private final String message;

    Issue(String path, String message) {
      this.path = path;
      this.message = message;
    }

    /** Which part, joined by dots; empty for the whole. */
    public String path() {
      return path;
    }

    /** What is wrong with it, for people. */
    public String message() {
      return message;
    }

    @Override
    public String toString() {
      return path + " " + message;
    }
  }
}
