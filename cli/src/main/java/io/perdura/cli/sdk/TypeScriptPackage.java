package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.gate.Outcome;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code @perdura/client} for npm. */
record TypeScriptPackage(Path home, Tools tools) implements SdkPackage {
  private static final Pattern ALLOWED =
      Pattern.compile(
          "package\\.json|README\\.md|CHANGELOG\\.md|LICENSE"
              + "|dist/(esm|cjs)/([\\w.-]+/)*[\\w.-]+\\.(js|d\\.ts)|dist/(esm|cjs)/package\\.json");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Override
  public String language() {
    return "typescript";
  }

  @Override
  public Path directory() {
    return home.resolve("sdk/typescript");
  }

  @Override
  public List<String> programs() {
    return List.of("bash", "node", "npm");
  }

  @Override
  public List<String> buildCommand() {
    return List.of("bash", "./verify");
  }

  @Override
  public Outcome content(String version) throws Exception {
    return packed(archive -> {
      PackedFiles files = PackedFiles.ofTarball(archive);
      ObjectNode output =
          SdkPackage.output(version).put("archive", archive.getFileName().toString());
      List<String> reasons =
          SdkPackage.judge(
              output,
              "files",
              files,
              ALLOWED,
              List.of(
                  "package.json",
                  "README.md",
                  "CHANGELOG.md",
                  "dist/esm/index.js",
                  "dist/esm/index.d.ts",
                  "dist/cjs/index.js",
                  "dist/cjs/index.d.ts"));
      JsonNode manifest = Jsons.MAPPER.readTree(files.text("package.json"));
      SdkPackage.equal(reasons, "version", version, manifest.path("version").asText());
      SdkPackage.equal(reasons, "name", "@perdura/client", manifest.path("name").asText());
      if (!manifest.path("dependencies").isEmpty()) {
        reasons.add("depends_on: " + manifest.path("dependencies"));
      }
      return Outcome.judged(output, reasons);
    });
  }

  /** No registry is asked: the one that is named refuses connections. */
  @Override
  public Outcome publish(String version) throws Exception {
    return packed(archive ->
        SdkCheck.ran(
            tools,
            directory(),
            List.of(
                "npm",
                "publish",
                archive.toString(),
                "--dry-run",
                "--ignore-scripts",
                "--access=public",
                "--offline",
                "--registry=http://127.0.0.1:9/")));
  }

  private interface Look {
    Outcome at(Path archive) throws Exception;
  }

  /** Packs what the build left, looks at it, and throws it away. */
  private Outcome packed(Look look) throws Exception {
    if (!tools.has("npm")) {
      return Outcome.notProven(null, "tool_missing: npm");
    }
    Path work = Files.createTempDirectory("perdura-sdk-check");
    try {
      Tools.Ran packed =
          tools.run(
              directory(),
              LIMIT,
              List.of("npm", "pack", "--ignore-scripts", "--pack-destination", work.toString()));
      List<Path> archives = archives(work);
      if (!packed.good() || archives.size() != 1) {
        return Outcome.fail(Jsons.object().put("output", packed.end()), "not_packed");
      }
      return look.at(archives.get(0));
    } finally {
      for (Path archive : archives(work)) {
        Files.delete(archive);
      }
      Files.deleteIfExists(work);
    }
  }

  private static List<Path> archives(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      return files.toList();
    }
  }
}
