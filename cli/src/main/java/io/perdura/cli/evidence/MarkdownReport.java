package io.perdura.cli.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** A summary as a page for people. */
final class MarkdownReport {
  private MarkdownReport() {}

  static String of(JsonNode summary) {
    StringBuilder out = new StringBuilder(2_000);
    String what = summary.path("gate").asText(summary.path("drill_id").asText("run"));
    String verdict = summary.path("verdict").asText(summary.path("result").asText("unknown"));
    line(out, "# " + what + ": " + verdict.toUpperCase(Locale.ROOT));
    line(out, "");
    for (String key :
        new String[] {"run_id", "started_at", "finished_at", "commit", "release", "scenario"}) {
      if (summary.hasNonNull(key)) {
        line(out, "- " + key.replace('_', ' ') + ": " + text(summary.get(key)));
      }
    }
    facts(out, "Target", summary.path("target"));
    list(out, "Why it fails", summary.path("fail_reasons"));
    list(out, "Warnings", summary.path("warn_reasons"));
    list(out, "Declared absent", summary.path("absent"));
    steps(out, summary.path("steps"));
    compare(out, summary.path("thresholds"), summary.path("observed"));
    facts(out, "Versions", summary.path("versions"));
    facts(out, "Inputs", summary.path("inputs"));
    list(out, "Notes", summary.path("notes"));
    return out.toString();
  }

  private static void steps(StringBuilder out, JsonNode steps) {
    if (!steps.isArray() || steps.isEmpty()) {
      return;
    }
    line(out, "\n## Steps\n");
    line(out, "| step | kind | status | took | reasons | output |");
    line(out, "| --- | --- | --- | --- | --- | --- |");
    for (JsonNode step : steps) {
      StringBuilder reasons = new StringBuilder();
      step.path("reasons")
          .forEach(reason -> reasons.append(reasons.isEmpty() ? "" : "; ").append(reason.asText()));
      String output = step.path("artifact").asText("");
      String seconds =
          String.format(Locale.ROOT, "%.1f s", step.path("duration_ms").asDouble() / 1000);
      line(
          out,
          row(
              step.path("name").asText(),
              step.path("kind").asText(),
              step.path("status").asText(),
              seconds,
              reasons.toString(),
              output.isEmpty() || output.equals("null") ? "" : "[" + output + "](" + output + ")"));
    }
  }

  private static void compare(StringBuilder out, JsonNode thresholds, JsonNode observed) {
    if (observed.isEmpty() && thresholds.isEmpty()) {
      return;
    }
    line(out, "\n## Observed\n");
    line(out, "| figure | observed | threshold |");
    line(out, "| --- | --- | --- |");
    observed
        .properties()
        .forEach(fact ->
            line(
                out,
                row(
                    fact.getKey(),
                    text(fact.getValue()),
                    thresholds.has(fact.getKey()) ? text(thresholds.get(fact.getKey())) : "")));
    thresholds
        .properties()
        .forEach(limit -> {
          if (!observed.has(limit.getKey())) {
            line(out, row(limit.getKey(), "not observed", text(limit.getValue())));
          }
        });
  }

  private static void facts(StringBuilder out, String title, JsonNode facts) {
    if (facts.isObject() && !facts.isEmpty()) {
      line(out, "\n## " + title + "\n");
      facts
          .properties()
          .forEach(fact -> line(out, "- " + fact.getKey() + ": " + text(fact.getValue())));
    }
  }

  private static void list(StringBuilder out, String title, JsonNode entries) {
    if (entries.isArray() && !entries.isEmpty()) {
      line(out, "\n## " + title + "\n");
      entries.forEach(entry -> line(out, "- " + text(entry)));
    }
  }

  private static String row(String... cells) {
    StringBuilder row = new StringBuilder("|");
    for (String cell : cells) {
      row.append(' ').append(cell.replace("|", "\\|").replace('\n', ' ')).append(" |");
    }
    return row.toString();
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static void line(StringBuilder out, String line) {
    out.append(line).append('\n');
  }
}
