package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import java.util.Map;
import java.util.TreeMap;

/**
 * Somebody's wish to run a job.
 *
 * @param given parameters by name, each as text
 * @param reason for the record; null = none
 */
public record RunRequest(String job, Map<String, String> given, String reason) {
  private static final int LONGEST_REASON = 500;

  public RunRequest {
    given = Map.copyOf(given);
  }

  /** Reads the body of a request; it may be missing. */
  public static RunRequest read(String job, JsonNode body) {
    Fields fields = Fields.of(body == null || body.isMissingNode() ? Jsons.object() : body);
    JsonNode parameters = fields.optObject("parameters");
    String reason = fields.optString("reason", 1, LONGEST_REASON);
    fields.throwIfInvalid();
    return new RunRequest(job, texts(parameters), reason);
  }

  /**
   * Parameters as texts: {@code 7} is {@code "7"}, {@code true} is {@code "true"}.
   *
   * @throws ApiException 400 {@code invalid_parameters} for what is no single value
   */
  static Map<String, String> texts(JsonNode parameters) {
    Map<String, String> texts = new TreeMap<>();
    if (parameters == null) {
      return texts;
    }
    for (Map.Entry<String, JsonNode> entry : parameters.properties()) {
      JsonNode value = entry.getValue();
      if (!value.isValueNode() || value.isNull()) {
        throw invalid(entry.getKey() + " must be a text, a number or a flag");
      }
      texts.put(entry.getKey(), value.asText());
    }
    return texts;
  }

  static ApiException invalid(String faults) {
    return new ApiException(400, "invalid_parameters", faults);
  }
}
