package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/** Output cut to the length of a page. Every cut is seen: it leaves three dots. */
final class Shortened {
  private static final int ELEMENTS = 1;
  private static final int FIELDS = 40;
  private static final int TEXT = 90;
  private static final int LINES = 60;
  private static final int RUN_FIELDS = 4;
  private static final int LINE = 150;

  private Shortened() {}

  /** The document with its first elements of each list, and the beginnings of its long texts. */
  static JsonNode document(JsonNode value) {
    if (value instanceof ObjectNode object) {
      // of the run itself, which is the same for all jobs, the beginning is enough
      int most = object.has("run_id") && object.has("attempts") ? RUN_FIELDS : FIELDS;
      ObjectNode cut = Jsons.object();
      object
          .properties()
          .forEach(field -> {
            if (cut.size() < most) {
              cut.set(field.getKey(), document(field.getValue()));
            } else if (cut.size() == most) {
              cut.put("...", (object.size() - most) + " more");
            }
          });
      return cut;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode cut = Jsons.array();
      for (int i = 0; i < Math.min(ELEMENTS, array.size()); i++) {
        cut.add(document(array.get(i)));
      }
      if (array.size() > ELEMENTS) {
        cut.add("... " + (array.size() - ELEMENTS) + " more");
      }
      return cut;
    }
    if (value.isTextual() && value.textValue().length() > TEXT) {
      return Jsons.MAPPER.getNodeFactory().textNode(value.textValue().substring(0, TEXT) + "...");
    }
    return value;
  }

  /** The first lines, and how many there are further on. */
  static List<String> lines(List<String> all) {
    List<String> cut = new ArrayList<>();
    for (String line : all.subList(0, Math.min(LINES, all.size()))) {
      cut.add(line.length() > LINE ? line.substring(0, LINE) + "..." : line);
    }
    if (all.size() > LINES) {
      cut.add("... (" + (all.size() - LINES) + " more lines)");
    }
    return cut;
  }
}
