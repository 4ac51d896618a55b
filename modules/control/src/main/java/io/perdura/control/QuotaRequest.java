package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ten numbers of a tenant's quota, by their names on the wire and in their order there. */
public record QuotaRequest(Map<String, Double> values) {
  static final List<String> NAMES =
      List.of(
          "recall_rps",
          "recall_burst",
          "write_rps",
          "write_burst",
          "write_max_wait_ms",
          "debug_embed_rps",
          "debug_embed_burst",
          "recall_text_embed_rps",
          "recall_text_embed_burst",
          "recall_text_embed_max_wait_ms");

  /** Reads and validates a body: all ten are required. */
  public static QuotaRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    Map<String, Double> values = new LinkedHashMap<>();
    for (String name : NAMES) {
      values.put(name, value(fields, name));
    }
    fields.throwIfInvalid();
    return new QuotaRequest(values);
  }

  double rate(String name) {
    return values.get(name);
  }

  int count(String name) {
    return values.get(name).intValue();
  }

  ObjectNode json() {
    ObjectNode body = Jsons.object();
    values.forEach((name, value) -> body.set(name, Wire.number(value)));
    return body;
  }

  private static Double value(Fields fields, String name) {
    if (!fields.has(name)) {
      fields.reject(name, "Required");
      return null;
    }
    if (name.endsWith("_rps")) {
      return fields.optNumber(name, Double.MIN_NORMAL, Double.MAX_VALUE);
    }
    int least = name.endsWith("_burst") ? 1 : 0;
    Integer count = fields.optInt(name, least, Integer.MAX_VALUE);
    return count == null ? null : count.doubleValue();
  }
}
