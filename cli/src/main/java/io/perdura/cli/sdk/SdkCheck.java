package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.perdura.cli.gate.Outcome;
import io.perdura.cli.gate.Step;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The steps of the release check of the client libraries. */
final class SdkCheck {
  static final Duration BUILD = Duration.ofMinutes(20);
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
  private static final Pattern POM_VERSION = Pattern.compile("\n  <version>([^<]+)</version>");

  private final Path home;
  private final Tools tools;
  private final boolean suites;

  SdkCheck(Path home, Tools tools, boolean suites) {
    this.home = home;
    this.tools = tools;
    this.suites = suites;
  }

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    steps.add(Step.probe("checkout", this::checkout));
    steps.add(Step.blocking("changelog", this::changelog));
    for (SdkPackage sdk :
        List.of(
            new TypeScriptPackage(home, tools),
            new PythonPackage(home, tools),
            new JavaPackage(home, tools))) {
      steps.add(
          Step.blocking(sdk.language() + ".build_and_tests", () -> build(sdk))
              .within(BUILD.plusMinutes(1)));
      steps.add(Step.blocking(sdk.language() + ".package", () -> sdk.content(version())));
      steps.add(
          Step.blocking(sdk.language() + ".publish_dry_run", () -> sdk.publish(version()))
              .within(BUILD.plusMinutes(1)));
      steps.add(Step.blocking(sdk.language() + ".matrix", () -> matrix(sdk.language())));
    }
    steps.add(Step.blocking("behaviour", this::behaviour).within(BUILD.plusMinutes(1)));
    return steps;
  }

  /** The version that the server of this checkout tells. */
  private String version() throws IOException {
    Path document = home.resolve("modules/api/src/main/resources/META-INF/openapi.yaml");
    JsonNode read = new YAMLMapper().readTree(Files.readString(document));
    return read.path("info").path("version").asText();
  }

  private Outcome checkout() throws IOException {
    ObjectNode output = Jsons.object().put("checkout", home.toString());
    if (!Files.isDirectory(home.resolve("sdk"))) {
      return Outcome.notProven(output, "no_sources: there is no " + home.resolve("sdk"));
    }
    Matcher pom = POM_VERSION.matcher(Files.readString(home.resolve("pom.xml")));
    String built = pom.find() ? pom.group(1) : "none";
    output.put("server_version", version()).put("project_version", built);
    List<String> reasons = new ArrayList<>();
    if (!VERSION.matcher(version()).matches()) {
      reasons.add("not_a_version: " + version());
    }
    if (!built.equals(version())) {
      reasons.add("versions_differ: project " + built + ", server " + version());
    }
    return Outcome.judged(output, reasons);
  }

  /** The project's own changelog, and that of each library that has one. */
  private Outcome changelog() throws IOException {
    ObjectNode output = Jsons.object().put("version", version());
    List<String> reasons = new ArrayList<>();
    for (String place : new String[] {"", "sdk/typescript/", "sdk/python/"}) {
      Path file = home.resolve(place + "CHANGELOG.md");
      boolean told =
          Files.exists(file)
              && Files.readString(file).lines().anyMatch(line -> isHeading(line, output));
      if (!told) {
        reasons.add("no_changelog_entry: " + place + "CHANGELOG.md");
      }
    }
    return Outcome.judged(output, reasons);
  }

  private static boolean isHeading(String line, ObjectNode output) {
    String version = Pattern.quote(output.path("version").asText());
    return line.matches("## \\[?" + version + "\\]?( .*)?");
  }

  private Outcome build(SdkPackage sdk) throws Exception {
    for (String program : sdk.programs()) {
      if (!tools.has(program)) {
        return Outcome.notProven(null, "tool_missing: " + program);
      }
    }
    return ran(tools, sdk.directory(), sdk.buildCommand());
  }

  /** A program's verdict by its exit code. */
  static Outcome ran(Tools tools, Path directory, List<String> command) throws Exception {
    Tools.Ran ran = tools.run(directory, BUILD, command);
    ObjectNode output = Jsons.object().put("command", String.join(" ", command));
    output.put("exit_code", ran.exit()).put("output", ran.end());
    if (ran.exit() == null) {
      return Outcome.notProven(output, "time_limit_exceeded: " + BUILD.toMinutes() + " min");
    }
    return ran.good() ? Outcome.pass(output) : Outcome.fail(output, "exit_code: " + ran.exit());
  }

  /** docs/sdk.md has a row of this library and version, with this server. */
  private Outcome matrix(String language) throws IOException {
    Path page = home.resolve("docs/sdk.md");
    if (!Files.exists(page)) {
      return Outcome.notProven(null, "no_matrix: docs/sdk.md is missing");
    }
    String row = "| " + language + " " + version() + " | " + version() + " |";
    return Files.readString(page).lines().anyMatch(line -> line.startsWith(row))
        ? Outcome.pass(Jsons.object().put("row", row))
        : Outcome.fail(null, "not_in_matrix: " + row);
  }

  private Outcome behaviour() throws Exception {
    return suites
        ? ran(tools, home, List.of(home.resolve("sdk/run-suites").toString()))
        : Outcome.skipped("--run-suites false");
  }
}
