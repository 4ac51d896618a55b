package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import java.util.Locale;

/** A summary for the terminal. */
final class GateText {
  private GateText() {}

  static String of(JsonNode summary, Console console) {
    StringBuilder out = new StringBuilder();
    boolean pass = summary.path("ok").asBoolean();
    out.append(summary.path("gate").asText()).append(": ");
    out.append(console.painted(word(summary, pass), pass));
    list(out, "fail", summary.path("fail_reasons"));
    list(out, "warn", summary.path("warn_reasons"));
    list(out, "absent", summary.path("absent"));
    summary
        .path("observed")
        .properties()
        .forEach(fact -> {
          String limit = summary.path("thresholds").path(fact.getKey()).asText("");
          line(
              out,
              fact.getKey(),
              fact.getValue().asText() + (limit.isEmpty() ? "" : "  (limit " + limit + ")"));
        });
    line(out, "evidence", summary.path("artifacts").path("out_dir").asText());
    return out.toString();
  }

  private static String word(JsonNode summary, boolean pass) {
    String verdict = summary.path("verdict").asText(pass ? "pass" : "fail");
    return summary.path("decision").asText(verdict).toUpperCase(Locale.ROOT);
  }

  private static void list(StringBuilder out, String name, JsonNode entries) {
    entries.forEach(entry -> line(out, name, entry.asText()));
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(String.format("%n  %-26s %s", name.replace('_', ' '), value));
  }
}
