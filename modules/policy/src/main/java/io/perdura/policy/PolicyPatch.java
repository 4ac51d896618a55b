package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A rule's {@code then}, known to be valid (contract, section 6.4).
 *
 * @param json the patch as it is stored
 * @param touched the leaf paths that it sets, sorted
 * @param allow tools of {@code tool.allow} without repetition; empty when there are none
 * @param deny of {@code tool.deny}
 * @param prefer of {@code tool.prefer}
 */
record PolicyPatch(
    ObjectNode json,
    List<String> touched,
    List<String> allow,
    List<String> deny,
    List<String> prefer) {

  private static final int MOST_TOOLS = 100;
  private static final Set<String> FORMATS = Set.of("json", "text", "markdown");
  private static final Set<String> LISTS = Set.of("allow", "deny", "prefer");

  /** Path of a patch that sets nothing. */
  private static final String NOTHING = "$";

  /** Returns what is wrong with {@code then}, one sentence each; empty when it is valid. */
  static List<String> faults(JsonNode then) {
    List<String> faults = new ArrayList<>();
    if (isObject("then", then, faults)) {
      for (Map.Entry<String, JsonNode> entry : then.properties()) {
        switch (entry.getKey()) {
          case "output" -> checkOutput(entry.getValue(), faults);
          case "tool" -> checkTool(entry.getValue(), faults);
          case "extensions" -> isObject("extensions", entry.getValue(), faults);
          default -> faults.add("unrecognized key " + entry.getKey());
        }
      }
    }
    return faults;
  }

  /** Reads a valid patch. */
  static PolicyPatch of(JsonNode then) {
    SortedSet<String> touched = new TreeSet<>();
    collect("", then, touched);
    JsonNode tool = then.path("tool");
    return new PolicyPatch(
        (ObjectNode) then,
        touched.isEmpty() ? List.of(NOTHING) : List.copyOf(touched),
        tools(tool.path("allow")),
        tools(tool.path("deny")),
        tools(tool.path("prefer")));
  }

  boolean hasTools() {
    return !allow.isEmpty() || !deny.isEmpty() || !prefer.isEmpty();
  }

  /** Tells whether the patch sets anything about tools. */
  boolean touchesTools() {
    return touched.stream().anyMatch(path -> path.equals("tool") || path.startsWith("tool."));
  }

  private static List<String> tools(JsonNode list) {
    Set<String> names = new LinkedHashSet<>();
    list.forEach(name -> names.add(name.textValue()));
    return List.copyOf(names);
  }

  private static void collect(String prefix, JsonNode value, SortedSet<String> touched) {
    if (value.isObject() && !value.isEmpty()) {
      value
          .properties()
          .forEach(entry ->
              collect(
                  prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                  entry.getValue(),
                  touched));
    } else if (!value.isNull() && !prefix.isEmpty()) {
      touched.add(prefix);
    }
  }

  private static void checkOutput(JsonNode output, List<String> faults) {
    if (!isObject("output", output, faults)) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : output.properties()) {
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "format" -> {
          if (!value.isTextual() || !FORMATS.contains(value.textValue())) {
            faults.add("output.format must be json, text or markdown");
          }
        }
        case "strict" -> {
          if (!value.isBoolean()) {
            faults.add("output.strict must be a boolean");
          }
        }
        default -> faults.add("unrecognized key output." + entry.getKey());
      }
    }
  }

  private static void checkTool(JsonNode tool, List<String> faults) {
    if (!isObject("tool", tool, faults)) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : tool.properties()) {
      String path = "tool." + entry.getKey();
      if (!LISTS.contains(entry.getKey())) {
        faults.add("unrecognized key " + path);
      } else if (!isToolList(entry.getValue())) {
        faults.add(path + " must be an array of at most " + MOST_TOOLS + " non-empty strings");
      }
    }
  }

  private static boolean isToolList(JsonNode list) {
    if (!list.isArray() || list.size() > MOST_TOOLS) {
      return false;
    }
    for (JsonNode name : list) {
      if (!name.isTextual() || name.textValue().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isObject(String path, JsonNode value, List<String> faults) {
    if (value == null || !value.isObject()) {
      faults.add(path + " must be an object");
      return false;
    }
    return true;
  }
}
