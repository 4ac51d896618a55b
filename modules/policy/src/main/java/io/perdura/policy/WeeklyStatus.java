package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The weekly report as a page for people. */
final class WeeklyStatus {
  private final StringBuilder out = new StringBuilder(2_048);

  private WeeklyStatus() {}

  static String of(ObjectNode report, GateChecks checks) {
    WeeklyStatus page = new WeeklyStatus();
    String colour = checks.hasErrors() ? "red" : checks.hasWarnings() ? "yellow" : "green";
    page.line("# Governance, week " + report.get("report_week").textValue())
        .line("")
        .line(
            "Scope `"
                + code(report.get("scope"))
                + "` of tenant `"
                + code(report.get("tenant_id"))
                + "`, the "
                + report.get("window_hours")
                + " hours before "
                + code(report.get("generated_at"))
                + ". Run `"
                + code(report.get("run_id"))
                + "`.")
        .line("")
        .line("Status: **" + colour + "**")
        .line("");
    page.snapshot(report.get("scope_snapshot"));
    page.checks(checks);
    page.tenants(report.get("cross_tenant"));
    page.line("## What to do").line("");
    report.get("recommendations").forEach(advice -> page.line("- " + advice.textValue()));
    if (report.get("recommendations").isEmpty()) {
      page.line("Nothing.");
    }
    return page.out.toString();
  }

  private WeeklyStatus line(String text) {
    out.append(text).append('\n');
    return this;
  }

  /** A name in a code span or a table cell must not end it. */
  private static String code(JsonNode value) {
    return value.asText().replaceAll("[`|\\r\\n]", " ");
  }

  private void snapshot(JsonNode facts) {
    line("## The scope").line("").line("| what | figures |").line("| --- | --- |");
    facts
        .properties()
        .forEach(part -> {
          StringBuilder figures = new StringBuilder();
          part.getValue()
              .properties()
              .forEach(figure ->
                  figures
                      .append(figures.isEmpty() ? "" : ", ")
                      .append(figure.getKey().replace('_', ' '))
                      .append(' ')
                      .append(figure.getValue().asText()));
          line("| " + part.getKey() + " | " + figures + " |");
        });
    line("");
  }

  private void checks(GateChecks checks) {
    line("## Checks").line("");
    line("| check | severity | value | threshold | |").line("| --- | --- | --- | --- | --- |");
    for (JsonNode check : checks.json()) {
      line(
          "| "
              + check.get("name").textValue()
              + " | "
              + check.get("severity").textValue()
              + " | "
              + check.get("value").asText()
              + " | "
              + check.at("/threshold/op").textValue()
              + " "
              + check.at("/threshold/value").asText()
              + " | "
              + check.get("status").textValue()
              + " |");
    }
    line("");
  }

  private void tenants(JsonNode cross) {
    line("## Tenants").line("");
    line("| tenant | active rules | feedback | negative |").line("| --- | --- | --- | --- |");
    for (JsonNode tenant : cross.get("top_tenants")) {
      line(
          "| "
              + code(tenant.get("tenant_id"))
              + " | "
              + tenant.get("active_rules").asText()
              + " | "
              + tenant.get("feedback").asText()
              + " | "
              + tenant.get("negative").asText()
              + " |");
    }
    line("");
  }
}
