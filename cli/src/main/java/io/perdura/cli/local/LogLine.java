package io.perdura.cli.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Makes a line of the server's JSON log readable for people. */
public final class LogLine {
  private static final Pattern ERROR =
      Pattern.compile("^\\S+ (ERROR|SEVERE|FATAL) .*", Pattern.DOTALL);

  private LogLine() {}

  /** Time, level, message and context of a JSON line; anything else stays as it is. */
  public static List<String> render(String line) {
    if (!line.startsWith("{")) {
      return List.of(line);
    }
    try {
      JsonNode json = Jsons.MAPPER.readTree(line);
      StringBuilder out = new StringBuilder();
      out.append(json.path("ibm_datetime").asText("-")).append(' ');
      out.append(json.path("loglevel").asText("-")).append(' ');
      out.append(json.path("message").asText("").strip());
      context(json).forEach(out::append);
      return List.of(out.toString());
    } catch (JsonProcessingException e) {
      return List.of(line);
    }
  }

  /** True for a rendered line of level error or above. */
  static boolean isError(String rendered) {
    return ERROR.matcher(rendered).matches();
  }

  private static List<String> context(JsonNode json) {
    List<String> parts = new ArrayList<>();
    for (var property : json.properties()) {
      if (property.getKey().startsWith("ext_")) {
        parts.add(" " + property.getKey().substring(4) + "=" + property.getValue().asText());
      }
    }
    return parts;
  }
}
