package io.perdura.cli.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Optional;

/**
 * What the service answered.
 *
 * @param status of HTTP
 * @param text the body as it came
 * @param retryAfterSeconds what the service asks a refused caller to wait; 0 = nothing
 */
public record Reply(int status, String text, long retryAfterSeconds) {
  public boolean isOk() {
    return status >= 200 && status < 300;
  }

  /** The body, or an absent node when it is no JSON. */
  public JsonNode json() {
    try {
      return Optional.ofNullable(Jsons.MAPPER.readTree(text)).orElseGet(Jsons.MAPPER::missingNode);
    } catch (JsonProcessingException e) {
      return Jsons.MAPPER.missingNode();
    }
  }

  /** The error code of a refusal, empty text when it has none. */
  public String error() {
    return json().path("error").asText("");
  }

  /** Status, code and message in one line, for a person. */
  public String complaint() {
    String code = error();
    String message = json().path("message").asText("");
    return "status "
        + status
        + (code.isEmpty() ? "" : " " + code)
        + (message.isEmpty() ? "" : ": " + message);
  }

  /** For raw outputs of gates. */
  public ObjectNode document() {
    ObjectNode document = Jsons.object().put("status", status);
    JsonNode body = json();
    if (body.isMissingNode()) {
      document.put("body", text);
    } else {
      document.set("body", body);
    }
    return document;
  }
}
