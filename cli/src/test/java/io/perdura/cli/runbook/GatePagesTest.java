package io.perdura.cli.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.runbook.RunbookPage.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;

/** Every gate has a page in docs/runbooks that knows its flags and shows what it really printed. */
class GatePagesTest {
  private static final Path PAGES = Path.of("../docs/runbooks");
  private static final Pattern COMMAND =
      Pattern.compile("perdura gate ([a-z-]+)((?: +(?:\\\\\\n)? *[^`\\n|]+)*)");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--([a-z][a-z0-9-]*)");

  /** What the five documents name, word for word. */
  private static final List<String> SEEDS =
      List.of(
          "job:health-gate --strict-warnings --consistency-check-set scope",
          "job:consistency-check:cross-tenant --strict-warnings",
          "gate:memory-store-p2:local",
          "gate:memory-store-p2:remote",
          "gate:memory-store-p2:release",
          "preflight:prod",
          "gate:core:prod",
          "--run-control-admin-validation true",
          "--run-perf true",
          "--recall-p95-max-ms 1200",
          "--write-p95-max-ms 800",
          "--error-rate-max 0.02",
          "env:throughput:prod",
          "build",
          "test:contract",
          "docs:check",
          "sdk:build",
          "sdk:release-check",
          "sdk:py:compile",
          "sdk:py:release-check",
          "sdk:pack-dry-run",
          "docker compose up -d",
          "docker compose ps",
          "docker compose logs worker",
          "docker compose run --rm migrate",
          "make quickstart",
          "APP_ENV",
          "MEMORY_AUTH_MODE",
          "RATE_LIMIT_ENABLED",
          "TENANT_QUOTA_ENABLED",
          "RATE_LIMIT_BYPASS_LOOPBACK",
          "TRUST_PROXY",
          "CORS_ALLOW_ORIGINS",
          "MEMORY_RECALL_PROFILE",
          "AIONIS_MODE",
          "PREFLIGHT_START_SERVICES_IF_NEEDED=false",
          "SKIP_MIGRATE=true",
          "docker:publish:ghcr:dry-run",
          "docker:publish:ghcr`",
          "sdk:publish:dry-run",
          "sdk:py:build-dist",
          "sdk:py:publish:dry-run",
          "backend-parity-smoke",
          "sdk-ci",
          "core-production-gate",
          "artifacts/preflight/<run_id>/summary.json");

  private final Map<String, CommandSpec> gates = RunbookRecorder.gates();

  private static Path page(String gate) {
    return PAGES.resolve("gate-" + gate + ".md");
  }

  @Test
  void everyGateHasItsPageAndEveryPageItsGate() throws IOException {
    Set<String> pages = new TreeSet<>();
    try (Stream<Path> found = Files.list(PAGES)) {
      found
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("gate-"))
          .forEach(pages::add);
    }
    Set<String> expected = new TreeSet<>();
    gates.keySet().forEach(gate -> expected.add("gate-" + gate + ".md"));
    assertThat(pages).isEqualTo(expected);
  }

  @Test
  void theTablesOfFlagsAreTheCommands() {
    for (String gate : gates.keySet()) {
      assertTable(page(gate), gate);
    }
    assertTable(PAGES.resolve("README.md"), "all");
  }

  private static void assertTable(Path page, String about) {
    List<Block> tables =
        RunbookPage.read(page).blocks().stream()
            .filter(block -> block.kind().equals("flags") && block.about().equals(about))
            .toList();
    assertThat(tables).as("the flags of " + about + " in " + page).hasSize(1);
    assertThat(tables.getFirst().content())
        .as(page + "; docs/runbooks/record writes it anew")
        .isEqualTo(RunbookRecorder.table(RunbookRecorder.flags(about)));
  }

  @Test
  void aPageNamesNoFlagThatTheGateDoesNotHave() throws IOException {
    try (Stream<Path> found = Files.list(PAGES)) {
      for (Path page : found.filter(file -> file.toString().endsWith(".md")).toList()) {
        for (Matcher command = COMMAND.matcher(Files.readString(page)); command.find(); ) {
          CommandSpec gate = gates.get(command.group(1));
          assertThat(gate).as(page + ": " + command.group()).isNotNull();
          for (Matcher flag = FLAG.matcher(command.group(2)); flag.find(); ) {
            assertThat(gate.findOption(flag.group())).as(page + ": " + command.group()).isNotNull();
          }
        }
      }
    }
  }

  @Test
  void aPageShowsWhatItsGateReallyPrinted() {
    for (String gate : gates.keySet()) {
      List<Block> records =
          RunbookPage.read(page(gate)).blocks().stream()
              .filter(block -> block.kind().equals("record"))
              .toList();
      assertThat(records).as(gate).isNotEmpty();
      for (Block record : records) {
        assertThat(record.about()).startsWith("gate " + gate);
        assertThat(String.join("\n", record.content()))
            .contains("$ perdura gate " + gate, gate + ": ", "evidence  ");
      }
    }
  }

  @Test
  void everyCommandOfTheSeedsHasItsCounterpart() throws IOException {
    assertThat(Files.readString(PAGES.resolve("README.md"))).contains(SEEDS);
  }
}
