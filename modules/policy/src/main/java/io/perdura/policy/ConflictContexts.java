package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The contexts that rules are compared in: those of a file in the directory {@code contexts} of the
 * server's state, or one that a planner may send.
 */
final class ConflictContexts {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final long LARGEST = 16L << 20;

  private ConflictContexts() {}

  /** Throws unless {@code name} can name a file of the directory, and nothing outside it. */
  static void check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "contexts-file must be the name of a file in the directory contexts of the server's state, without a path");
    }
  }

  static Map<String, JsonNode> usual() {
    return Map.of(
        "planner-example",
        Jsons.object()
            .put("intent", "json")
            .put("provider", "example")
            .set("tool", Jsons.object().put("name", "search")));
  }

  /** Reads a JSON object, a JSON array, or one JSON document a line (.jsonl). */
  static Map<String, JsonNode> read(String name, Settings settings, int limit) throws IOException {
    check(name);
    Path file = Path.of(settings.get(CoreSettings.PERDURA_STATE_DIR), "contexts", name);
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
      throw new IllegalStateException(
          "contexts/" + name + " is not in this server's state directory, or larger than 16 MiB");
    }
    String text = Files.readString(file);
    Map<String, JsonNode> contexts = new LinkedHashMap<>();
    try {
      if (name.endsWith(".jsonl")) {
        for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
          add(contexts, Jsons.MAPPER.readTree(line), limit);
        }
      } else {
        JsonNode document = Jsons.MAPPER.readTree(text);
        if (document.isArray()) {
          document.forEach(item -> add(contexts, item, limit));
        } else {
          add(contexts, document, limit);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("contexts/" + name + " is not JSON", e);
    }
    if (contexts.isEmpty()) {
      throw new IllegalStateException("contexts/" + name + " holds no context");
    }
    return contexts;
  }

  private static void add(Map<String, JsonNode> contexts, JsonNode item, int limit) {
    if (!item.isObject()) {
      throw new IllegalStateException("a context must be a JSON object");
    }
    if (contexts.size() < limit) {
      boolean named = item.path("id").isTextual() && item.path("context").isObject();
      String id = named ? item.get("id").textValue() : "context-" + (contexts.size() + 1);
      contexts.put(id, named ? item.get("context") : item);
    }
  }
}
