package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.JobWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every job has a page in docs/runbooks/jobs, and the page says of its parameters what the service
 * says of them. docs/runbooks/record writes the tables and what the commands print.
 */
class RunbookPagesTest {
  private static final Path PAGES = Path.of("../docs/runbooks/jobs");
  private static final Pattern RECORD =
      Pattern.compile("(?m)^<!-- record: job run (\\S+)(.*) -->$");
  private static final Pattern FLAG = Pattern.compile("--([a-z][a-z0-9-]*)");
  private static final Pattern NAMED = Pattern.compile("`--([a-z][a-z0-9-]*)");

  /** Those of the command itself. */
  private static final Set<String> COMMAND =
      Set.of(
          "json",
          "why",
          "no-wait",
          "help",
          "cron",
          "every",
          "time-zone",
          "missed",
          "job",
          "state",
          "disable",
          "enable");

  private final List<JsonNode> jobs = new ArrayList<>();

  RunbookPagesTest() {
    JobWork[] works = JobFilesTest.jobs().values().toArray(JobWork[]::new);
    new JobRuns(null, JobCatalog.of(works)).jobs().get("jobs").forEach(jobs::add);
  }

  private static String page(String job) throws IOException {
    return Files.readString(PAGES.resolve(job + ".md"));
  }

  private static String name(JsonNode job) {
    return job.get("name").textValue();
  }

  private static List<String> names(JsonNode job) {
    List<String> names = new ArrayList<>();
    job.get("parameters").forEach(parameter -> names.add(parameter.get("name").textValue()));
    return names;
  }

  @Test
  void everyJobHasItsPageAndEveryPageItsJob() throws IOException {
    Set<String> pages = new TreeSet<>();
    try (Stream<Path> found = Files.list(PAGES)) {
      found.forEach(file -> pages.add(file.getFileName().toString()));
    }
    Set<String> expected = new TreeSet<>(Set.of("README.md"));
    jobs.forEach(job -> expected.add(name(job) + ".md"));
    assertThat(pages).isEqualTo(expected);
    String index = page("README");
    assertThat(jobs)
        .allSatisfy(job -> assertThat(index).contains("[" + name(job) + "](" + name(job) + ".md)"));
  }

  @Test
  void theTableOfParametersIsTheServices() throws IOException {
    for (JsonNode job : jobs) {
      String expected =
          "<!-- parameters: "
              + name(job)
              + " -->\n\n"
              + String.join("\n", table(job))
              + "\n\n<!-- end -->";
      assertThat(page(name(job)))
          .as("docs/runbooks/jobs/" + name(job) + ".md; docs/runbooks/record writes it anew")
          .contains(expected);
    }
  }

  @Test
  void thePageNamesNoParameterThatTheJobDoesNotHave() throws IOException {
    Set<String> everywhere = new TreeSet<>(COMMAND);
    jobs.forEach(job -> everywhere.addAll(names(job)));
    for (JsonNode job : jobs) {
      String text = page(name(job));
      Set<String> known = new TreeSet<>(COMMAND);
      known.addAll(names(job));
      for (Matcher run = RECORD.matcher(text); run.find(); ) {
        assertThat(run.group(1)).as("the job that the page runs").isEqualTo(name(job));
        for (Matcher flag = FLAG.matcher(run.group(2)); flag.find(); ) {
          assertThat(known).as(name(job) + ": " + run.group()).contains(flag.group(1));
        }
      }
      for (Matcher named = NAMED.matcher(text); named.find(); ) {
        assertThat(known).as(name(job) + ": " + named.group()).contains(named.group(1));
      }
    }
  }

  @Test
  void thePageShowsWhatTheCommandReallyPrinted() throws IOException {
    for (JsonNode job : jobs) {
      String text = page(name(job));
      List<String> runs = RECORD.matcher(text).results().map(found -> found.group()).toList();
      assertThat(runs).as(name(job)).anyMatch(run -> run.contains(" --json"));
      assertThat(runs).as(name(job)).anyMatch(run -> !run.contains(" --json"));
      if (names(job).contains("dry-run")) {
        assertThat(runs.getFirst()).as("first of all a dry run").contains("--dry-run");
      }
      assertThat(text)
          .as(name(job))
          .doesNotContain("-->\n<!-- end -->")
          .contains("## When to run it", "## What it reads and changes", "## Parameters")
          .contains(
              "## Run it", "## The verdict", "## When it fails", "## Schedule, restart, metrics");
    }
  }

  private static List<String> table(JsonNode job) {
    List<String> rows =
        new ArrayList<>(List.of("| parameter | takes | default | |", "| --- | --- | --- | --- |"));
    for (JsonNode parameter : job.get("parameters")) {
      String fallback = parameter.path("default").asText("");
      rows.add(
          "| `--%s` | %s | %s | %s |"
              .formatted(
                  parameter.get("name").textValue(),
                  takes(parameter),
                  fallback.isEmpty() || fallback.equals("null") ? "-" : "`" + fallback + "`",
                  parameter.get("purpose").textValue().replace("|", "\\|")));
    }
    return rows;
  }

  private static String takes(JsonNode parameter) {
    if (parameter.path("choices").isArray()) {
      List<String> choices = new ArrayList<>();
      parameter.get("choices").forEach(choice -> choices.add("`" + choice.textValue() + "`"));
      return String.join(", ", choices);
    }
    if (parameter.has("max")) {
      boolean open = parameter.get("max").asLong() == Long.MAX_VALUE;
      String most = parameter.get("max").asText();
      return parameter.get("min").asText() + (open ? " or more" : " to " + most);
    }
    return parameter.get("type").textValue();
  }
}
