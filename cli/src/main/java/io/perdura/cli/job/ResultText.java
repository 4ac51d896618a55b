package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The result of a run as people read it: figures by name, lists as tables with what is not well
 * first, pages of text as they are. Nothing is judged here and nothing is added; what is too long
 * to show says so, and {@code --json} has it all.
 */
final class ResultText {
  private static final int ROWS = 12;
  private static final int COLUMNS = 6;
  private static final int NAME = 28;
  private static final int DEEPEST = 4;
  private static final Set<String> BAD =
      Set.of("fail", "failed", "error", "dead_letter", "lost", "missing", "insufficient_data");

  /** Said of the run already, or of no use to a person. */
  private static final Set<String> LEFT_OUT = Set.of("schema_version", "started_at", "finished_at");

  private final List<String> lines = new ArrayList<>();
  private final int columns;

  private ResultText(int columns) {
    this.columns = columns;
  }

  /**
   * The lines of a result.
   *
   * @param columns width of the terminal, 0 = any
   */
  static List<String> lines(JsonNode result, int columns) {
    ResultText text = new ResultText(columns);
    text.lines.add("result");
    text.fields(result, 1);
    return text.lines;
  }

  /** Plain figures first, then what has parts, then pages of text. */
  private void fields(JsonNode object, int depth) {
    int width = NAME - 2 * depth;
    for (String name : (Iterable<String>) object::fieldNames) {
      width = object.get(name).isContainerNode() ? width : Math.max(width, name.length() + 1);
    }
    int names = width;
    List<String> parts = new ArrayList<>();
    List<String> pages = new ArrayList<>();
    object
        .properties()
        .forEach(field -> {
          String name = field.getKey();
          JsonNode value = field.getValue();
          if (depth == 1 && LEFT_OUT.contains(name)) {
            return;
          }
          if (value.isTextual() && value.textValue().contains("\n")) {
            pages.add(name);
          } else if (value.isContainerNode() && !value.isEmpty()) {
            parts.add(name);
          } else {
            field(name.replace('_', ' '), value, depth, names);
          }
        });
    parts.forEach(name -> field(name.replace('_', ' '), object.get(name), depth, names));
    for (String page : pages) {
      lines.add(indent(depth) + page.replace('_', ' '));
      object.get(page).textValue().lines().forEach(line -> lines.add(indent(depth + 1) + line));
    }
  }

  private void field(String name, JsonNode value, int depth, int width) {
    if (value.isNull()) {
      return;
    }
    if (value.isValueNode()) {
      line(name, value.asText(), depth, width);
    } else if (value.isEmpty()) {
      line(name, "none", depth, width);
    } else if (value.isObject() && depth < DEEPEST) {
      lines.add(indent(depth) + name);
      fields(value, depth + 1);
    } else if (value.isArray() && value.get(0).isObject()) {
      table(name, value, depth, width);
    } else if (value.isArray() && allPlain(value)) {
      line(name, listed(value), depth, width);
    } else {
      line(name, value.toString(), depth, width);
    }
  }

  private void line(String name, String text, int depth, int width) {
    String start = indent(depth) + name + " ".repeat(Math.max(1, width - name.length()));
    int room = columns - start.length() < NAME ? Integer.MAX_VALUE : columns - start.length();
    for (String part : Table.folded(text, room)) {
      lines.add(start + part);
      start = " ".repeat(start.length());
    }
  }

  private void table(String name, JsonNode rows, int depth, int width) {
    List<JsonNode> all = StreamSupport.stream(rows.spliterator(), false).toList();
    List<JsonNode> bad = all.stream().filter(row -> !isWell(row)).toList();
    boolean judged = all.stream().anyMatch(ResultText::isJudged);
    if (judged && bad.isEmpty() && all.size() > ROWS) {
      line(name, all.size() + ", none of them fails", depth, width);
      return;
    }
    List<JsonNode> wanted = judged && !bad.isEmpty() ? bad : all;
    List<JsonNode> shown = wanted.subList(0, Math.min(ROWS, wanted.size()));
    List<String> names = columns(shown);
    if (names.isEmpty()) {
      line(name, all.size() + ", see --json", depth, width);
      return;
    }
    lines.add(indent(depth) + name);
    String margin = indent(depth + 1);
    int room = columns == 0 ? 0 : Math.max(1, columns - margin.length());
    List<String> fitting = fitting(shown, names, room);
    while (fitting.stream().anyMatch(line -> room > 0 && line.length() > room)
        && names.size() > 2) {
      names = names.subList(0, names.size() - 1);
      fitting = fitting(shown, names, room);
    }
    fitting.forEach(line -> lines.add(margin + line));
    if (all.size() > shown.size()) {
      lines.add(
          margin
              + "... and "
              + (all.size() - shown.size())
              + (wanted.size() == shown.size() ? " that do not fail" : " more")
              + ", see --json");
    }
  }

  private static List<String> fitting(List<JsonNode> rows, List<String> names, int room) {
    Table table =
        new Table(names.stream().map(column -> column.replace('_', ' ')).toArray(String[]::new));
    for (JsonNode row : rows) {
      table.row(names.stream().map(column -> cell(row.path(column))).toArray(String[]::new));
    }
    return table.lines(room);
  }

  /** Names of the plain fields that say something in one of the rows. */
  private static List<String> columns(List<JsonNode> rows) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode row : rows) {
      row.properties()
          .forEach(field -> {
            if (field.getValue().isValueNode()
                && !field.getValue().isNull()
                && !field.getValue().asText().isEmpty()) {
              names.add(field.getKey());
            }
          });
    }
    return names.stream().limit(COLUMNS).toList();
  }

  private static boolean isJudged(JsonNode row) {
    return row.has("status") || row.has("pass") || row.has("ok");
  }

  private static boolean isWell(JsonNode row) {
    return row.has("status")
        ? !BAD.contains(row.path("status").asText())
        : row.path("pass").asBoolean(true) && row.path("ok").asBoolean(true);
  }

  private static String cell(JsonNode value) {
    return value.isNull() || value.isMissingNode() ? "" : value.asText();
  }

  private static boolean allPlain(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).allMatch(JsonNode::isValueNode);
  }

  private static String listed(JsonNode array) {
    List<String> words = new ArrayList<>();
    array.forEach(value -> words.add(value.asText()));
    return words.size() <= ROWS
        ? String.join(", ", words)
        : String.join(", ", words.subList(0, ROWS)) + " and " + (words.size() - ROWS) + " more";
  }

  private static String indent(int depth) {
    return "  ".repeat(depth);
  }
}
