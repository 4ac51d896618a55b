package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;

/** Jobs and runs as people read them. */
final class JobText {
  private static final int BAR = 24;

  private JobText() {}

  static Table jobs(JsonNode jobs) {
    Table table = new Table("JOB", "CHANGES DATA", "PURPOSE");
    for (JsonNode job : jobs) {
      table.row(
          job.path("name").asText(),
          job.path("changes_data").asBoolean() ? "yes" : "no",
          job.path("purpose").asText());
    }
    return table;
  }

  /** What a job is for and what it takes. */
  static void help(JsonNode job, Console console) {
    console.print(job.path("name").asText() + ": " + job.path("purpose").asText());
    boolean tryable = job.path("parameters").findValuesAsText("name").contains("dry-run");
    console.print(
        !job.path("changes_data").asBoolean()
            ? "It changes nothing."
            : tryable
                ? "It changes data; --dry-run tells what it would change."
                : "It changes data.");
    console.print(parameters(job));
  }

  private static Table parameters(JsonNode job) {
    Table table = new Table("  PARAMETER", "TAKES", "DEFAULT", "PURPOSE");
    for (JsonNode parameter : job.path("parameters")) {
      table.row(
          "  --" + parameter.path("name").asText(),
          values(parameter),
          parameter.path("default").asText(""),
          parameter.path("purpose").asText());
    }
    return table;
  }

  /** What a parameter takes: its choices, its bounds, or its type. */
  static String values(JsonNode parameter) {
    if (!parameter.path("choices").isEmpty()) {
      StringBuilder choices = new StringBuilder();
      parameter
          .path("choices")
          .forEach(choice -> choices.append(choices.isEmpty() ? "" : "|").append(choice.asText()));
      return choices.toString();
    }
    if (parameter.has("max")) {
      String most = parameter.path("max").asText();
      boolean open = parameter.path("max").asLong() == Long.MAX_VALUE;
      return parameter.path("min").asText() + (open ? " or more" : " to " + most);
    }
    return parameter.path("type").asText();
  }

  static Table runs(JsonNode runs) {
    Table table = new Table("RUN", "JOB", "OUTCOME", "CREATED", "ITEMS", "NODE");
    for (JsonNode run : runs) {
      String verdict = text(run, "verdict");
      table.row(
          run.path("run_id").asText(),
          run.path("job").asText(),
          verdict.isEmpty() ? run.path("state").asText() : verdict,
          seconds(text(run, "created_at")),
          items(run.path("progress")),
          text(run, "node"));
    }
    return table;
  }

  /** A time without its fractions of a second. */
  private static String seconds(String time) {
    return time.replaceFirst("\\.\\d+(?=Z$)", "");
  }

  private static String items(JsonNode progress) {
    return progress.path("items").asText("")
        + (progress.hasNonNull("total") ? "/" + progress.path("total").asText() : "");
  }

  /**
   * One run in a few lines.
   *
   * @param defaults values of its job's parameters that need not be told
   * @param console whose width and colours count
   */
  static String run(JsonNode run, Map<String, String> defaults, Console console) {
    boolean ended = JobClient.hasEnded(run);
    String verdict = text(run, "verdict");
    StringBuilder out = new StringBuilder();
    out.append(run.path("job").asText()).append(": ");
    out.append(
        console.painted(
            verdict.isEmpty() ? run.path("state").asText() : verdict,
            !ended || JobBase.exitCode(run) == 0));
    out.append(took(run));
    line(out, "run", run.path("run_id").asText());
    for (String field :
        new String[] {"requested_by", "reason", "node", "created_at", "started_at", "ended_at"}) {
      line(out, field.replace('_', ' '), seconds(text(run, field)));
    }
    if (run.path("attempts").asInt() > 1) {
      line(out, "attempts", run.path("attempts").asText());
    }
    line(out, "error", text(run, "error"));
    StringBuilder given = new StringBuilder();
    run.path("parameters")
        .properties()
        .forEach(one -> {
          if (!one.getValue().asText().equals(defaults.get(one.getKey()))) {
            given.append(" --").append(one.getKey()).append(' ').append(one.getValue().asText());
          }
        });
    String label = "parameters";
    int room = console.columns() > 60 ? console.columns() - 17 : Integer.MAX_VALUE;
    for (String part : Table.folded(given.toString().strip(), room)) {
      if (!part.isEmpty()) {
        out.append(String.format("%n  %-14s %s", label, part));
      }
      label = "";
    }
    line(out, ended ? "items" : "progress", ended ? finished(run.path("progress")) : progress(run));
    return out.toString();
  }

  private static void line(StringBuilder out, String name, String value) {
    if (!value.isEmpty()) {
      out.append(String.format("%n  %-14s %s", name, value));
    }
  }

  private static String took(JsonNode run) {
    try {
      Instant began = Instant.parse(run.path("started_at").asText());
      Duration took = Duration.between(began, Instant.parse(run.path("ended_at").asText()));
      return " after " + Console.elapsed(took.toNanos());
    } catch (DateTimeParseException e) {
      return "";
    }
  }

  /** What an ended run dealt with; its total was an estimate. */
  private static String finished(JsonNode progress) {
    long items = progress.path("items").asLong();
    long skipped = progress.path("skipped").asLong();
    return items == 0 && skipped == 0
        ? ""
        : items + (skipped == 0 ? "" : ", and " + skipped + " left out");
  }

  /** A bar when the total is known, else what is done so far. */
  static String progress(JsonNode run) {
    JsonNode progress = run.path("progress");
    long items = progress.path("items").asLong();
    StringBuilder line = new StringBuilder();
    if (progress.path("total").asLong() > 0) {
      double share = Math.min(1, items / (double) progress.path("total").asLong());
      int full = (int) Math.round(share * BAR);
      line.append('[').append("#".repeat(full)).append(".".repeat(BAR - full)).append("] ");
      line.append(String.format(Locale.ROOT, "%3.0f%% ", share * 100));
    }
    line.append(items);
    if (progress.path("total").asLong() > 0) {
      line.append(" of ").append(progress.path("total").asLong());
    }
    line.append(" items");
    if (progress.path("rate_per_second").asDouble() > 0) {
      line.append(
          String.format(Locale.ROOT, ", %.1f/s", progress.path("rate_per_second").asDouble()));
    }
    if (progress.hasNonNull("eta_seconds")) {
      line.append(", ").append(remaining(progress.path("eta_seconds").asLong())).append(" left");
    }
    return line.toString();
  }

  private static String remaining(long seconds) {
    Duration left = Duration.ofSeconds(Math.max(0, seconds));
    return left.toHours() > 0
        ? left.toHours() + " h " + left.toMinutesPart() + " min"
        : left.toMinutes() > 0
            ? left.toMinutes() + " min " + left.toSecondsPart() + " s"
            : left.toSeconds() + " s";
  }

  private static String text(JsonNode node, String field) {
    return node.hasNonNull(field) ? node.get(field).asText() : "";
  }

  static Table schedules(JsonNode schedules) {
    Table table = new Table("ID", "NAME", "JOB", "WHEN", "ZONE", "MISSED", "ENABLED", "NEXT");
    for (JsonNode schedule : schedules) {
      table.row(
          schedule.path("id").asText(),
          text(schedule, "name"),
          text(schedule, "job"),
          schedule.hasNonNull("cron")
              ? schedule.path("cron").asText()
              : "every " + schedule.path("interval_seconds").asText() + " s",
          text(schedule, "time_zone"),
          text(schedule, "missed_fire"),
          schedule.path("enabled").asBoolean() ? "yes" : "no",
          seconds(text(schedule, "next_fire_at")));
    }
    return table;
  }
}
