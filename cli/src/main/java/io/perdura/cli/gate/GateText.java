package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A summary for the terminal. */
final class GateText {
  private GateText() {}

  private static final int LEAST = 26;

  static String of(JsonNode summary, Console console) {
    List<String[]> lines = new ArrayList<>();
    list(lines, "fail", summary.path("fail_reasons"));
    list(lines, "warn", summary.path("warn_reasons"));
    list(lines, "absent", summary.path("absent"));
    summary
        .path("observed")
        .properties()
        .forEach(fact -> {
          String limit = summary.path("thresholds").path(fact.getKey()).asText("");
          String value = fact.getValue().isNull() ? "not compared" : fact.getValue().asText();
          lines.add(
              new String[] {
                fact.getKey().replace('_', ' '),
                value + (limit.isEmpty() ? "" : "  (limit " + limit + ")")
              });
        });
    lines.add(new String[] {"evidence", summary.path("artifacts").path("out_dir").asText()});
    boolean pass = summary.path("ok").asBoolean();
    if (!pass) {
      String gate = summary.path("gate").asText();
      String page = "docs/runbooks/" + (gate.equals("sdk-check") ? "" : "gate-") + gate + ".md";
      lines.add(new String[] {"what to do", page});
    }
    StringBuilder out = new StringBuilder();
    out.append(summary.path("gate").asText()).append(": ");
    out.append(console.painted(word(summary, pass), pass));
    int width = LEAST;
    for (String[] line : lines) {
      width = Math.max(width, line[0].length());
    }
    int room = console.columns() - width - 3;
    for (String[] line : lines) {
      String name = line[0];
      for (String part : Table.folded(line[1], room < LEAST ? Integer.MAX_VALUE : room)) {
        out.append(String.format("%n  %-" + width + "s %s", name, part));
        name = "";
      }
    }
    return out.toString();
  }

  private static String word(JsonNode summary, boolean pass) {
    String verdict = summary.path("verdict").asText(pass ? "pass" : "fail");
    return summary.path("decision").asText(verdict).toUpperCase(Locale.ROOT);
  }

  private static void list(List<String[]> lines, String name, JsonNode entries) {
    entries.forEach(entry -> lines.add(new String[] {name, entry.asText()}));
  }
}
