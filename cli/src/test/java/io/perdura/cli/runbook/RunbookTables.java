package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The tables of the pages that a program writes. */
final class RunbookTables {
  private RunbookTables() {}

  /** The parameters of a job as {@code GET /v1/admin/control/jobs} tells them. */
  static List<String> parameters(JsonNode job) {
    List<String> rows =
        new ArrayList<>(List.of("| parameter | takes | default | |", "| --- | --- | --- | --- |"));
    for (JsonNode parameter : job.path("parameters")) {
      String fallback = parameter.path("default").asText("");
      rows.add(
          "| `--%s` | %s | %s | %s |"
              .formatted(
                  parameter.path("name").asText(),
                  takes(parameter),
                  fallback.isEmpty() || fallback.equals("null") ? "-" : "`" + fallback + "`",
                  parameter.path("purpose").asText().replace("|", "\\|")));
    }
    return rows;
  }

  private static String takes(JsonNode parameter) {
    if (parameter.path("choices").isArray()) {
      List<String> choices = new ArrayList<>();
      parameter.path("choices").forEach(choice -> choices.add("`" + choice.asText() + "`"));
      return String.join(", ", choices);
    }
    if (parameter.has("max")) {
      String most = parameter.path("max").asText();
      boolean open = parameter.path("max").asLong() == Long.MAX_VALUE;
      return parameter.path("min").asText() + (open ? " or more" : " to " + most);
    }
    return parameter.path("type").asText();
  }

  /** The flags of a gate without those that all of them have. */
  static List<String> flags(CommandSpec gate, Set<String> common) {
    List<String> rows = new ArrayList<>(List.of("| flag | default | |", "| --- | --- | --- |"));
    for (OptionSpec option : gate.options()) {
      if (common.contains(option.longestName())) {
        continue;
      }
      String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
      String text = String.join(" ", option.description());
      String fallback = option.defaultValue();
      rows.add(
          "| `%s%s` | %s | %s |"
              .formatted(
                  option.longestName(),
                  label,
                  fallback == null ? "-" : "`" + fallback + "`",
                  text.replaceAll(" \\(default: \\$\\{DEFAULT-VALUE\\}\\)", "")
                      .replace("|", "\\|")));
    }
    return rows;
  }

  /** The flags that all gates have. */
  static Set<String> common(Iterable<CommandSpec> gates) {
    Set<String> common = null;
    for (CommandSpec gate : gates) {
      Set<String> names = new TreeSet<>();
      gate.options().forEach(option -> names.add(option.longestName()));
      if (common == null) {
        common = names;
      } else {
        common.retainAll(names);
      }
    }
    return common == null ? Set.of() : common;
  }
}
