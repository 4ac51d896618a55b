package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Table;
import java.time.Duration;
import java.util.Locale;

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

  static Table parameters(JsonNode job) {
    Table table = new Table("  PARAMETER", "TYPE", "DEFAULT", "PURPOSE");
    for (JsonNode parameter : job.path("parameters")) {
      String type = parameter.path("type").asText();
      if (!parameter.path("choices").isEmpty()) {
        StringBuilder choices = new StringBuilder();
        parameter
            .path("choices")
            .forEach(
                choice -> choices.append(choices.isEmpty() ? "" : "|").append(choice.asText()));
        type = choices.toString();
      }
      table.row(
          "  --" + parameter.path("name").asText(),
          type,
          parameter.path("default").asText(""),
          parameter.path("purpose").asText());
    }
    return table;
  }

  static Table runs(JsonNode runs) {
    Table table = new Table("RUN", "JOB", "STATE", "VERDICT", "CREATED", "NODE", "ITEMS");
    for (JsonNode run : runs) {
      table.row(
          run.path("run_id").asText(),
          run.path("job").asText(),
          run.path("state").asText(),
          text(run, "verdict"),
          text(run, "created_at"),
          text(run, "node"),
          items(run.path("progress")));
    }
    return table;
  }

  private static String items(JsonNode progress) {
    return progress.path("items").asText("")
        + (progress.hasNonNull("total") ? "/" + progress.path("total").asText() : "");
  }

  /** One run in a few lines. */
  static String run(JsonNode run) {
    StringBuilder out = new StringBuilder();
    out.append(run.path("job").asText()).append(' ').append(run.path("run_id").asText());
    for (String field :
        new String[] {
          "state",
          "verdict",
          "requested_by",
          "node",
          "attempts",
          "created_at",
          "started_at",
          "ended_at",
          "error"
        }) {
      String value = text(run, field);
      if (!value.isEmpty()) {
        out.append(String.format("%n  %-14s %s", field.replace('_', ' '), value));
      }
    }
    if (!run.path("parameters").isEmpty()) {
      out.append(String.format("%n  %-14s %s", "parameters", run.path("parameters")));
    }
    out.append(String.format("%n  %-14s %s", "progress", progress(run)));
    return out.toString();
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
          text(schedule, "next_fire_at"));
    }
    return table;
  }
}
