package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.gate.Outcome;
import io.perdura.cli.gate.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code io.perdura:perdura-client} for a Maven repository. */
record JavaPackage(Path home, Tools tools) implements SdkPackage {
  private static final String MODULES = "sdk/behaviour,sdk/generator,sdk/java";
  private static final Pattern ALLOWED =
      Pattern.compile(
          "META-INF/MANIFEST\\.MF|META-INF/maven/io\\.perdura/perdura-client/pom\\.(xml|properties)"
              + "|io/perdura/client/client\\.properties|io/perdura/client/(model/)?[\\w$]+\\.class");
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

  @Override
  public String language() {
    return "java";
  }

  @Override
  public Path directory() {
    return home;
  }

  @Override
  public List<String> programs() {
    return List.of("sh");
  }

  @Override
  public List<String> buildCommand() {
    return List.of("./mvnw", "--batch-mode", "--no-transfer-progress", "-pl", MODULES, "verify");
  }

  @Override
  public Outcome content(String version) throws IOException {
    Path jar = home.resolve("sdk/java/target/perdura-client.jar");
    if (!Files.exists(jar)) {
      return Outcome.notProven(null, "not_built: " + jar);
    }
    PackedFiles packed = PackedFiles.ofZip(jar);
    ObjectNode output = SdkPackage.output(version);
    List<String> reasons =
        SdkPackage.judge(
            output,
            "files",
            packed,
            ALLOWED,
            List.of(
                "io/perdura/client/Perdura.class", "io/perdura/client/model/WriteRequest.class"));
    String told = packed.text("io/perdura/client/client.properties").strip();
    SdkPackage.equal(reasons, "version", "version=" + version, told);
    return Outcome.judged(output, reasons);
  }

  /** Deploys into a directory that is thrown away, and looks at what is there. */
  @Override
  public Outcome publish(String version) throws Exception {
    Path repository = Files.createTempDirectory("perdura-sdk-check");
    try {
      Outcome deployed =
          SdkCheck.ran(
              tools,
              home,
              List.of(
                  "./mvnw",
                  "--batch-mode",
                  "--no-transfer-progress",
                  "-DskipTests",
                  "-Dspotless.check.skip",
                  "-pl",
                  "sdk/generator,sdk/java",
                  "-DaltDeploymentRepository=dry-run::" + repository.toUri(),
                  "deploy"));
      return deployed.status() == Status.PASS ? judged(repository, version) : deployed;
    } finally {
      try (Stream<Path> files = Files.walk(repository)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static Outcome judged(Path repository, String version) throws IOException {
    ObjectNode output = SdkPackage.output(version);
    List<String> reasons = new ArrayList<>();
    Path place = repository.resolve("io/perdura/perdura-client/" + version);
    try (Stream<Path> files = Files.walk(repository)) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(file -> repository.relativize(file).toString())
              .sorted()
              .toList();
      names.forEach(output.putArray("files")::add);
      names.stream()
          .filter(name -> !name.startsWith("io/perdura/perdura-client/"))
          .forEach(name -> reasons.add("stray_file: " + name));
    }
    for (String file : new String[] {".jar", "-sources.jar", ".pom"}) {
      for (String sum : new String[] {"", ".sha1"}) {
        String name = "perdura-client-" + version + file + sum;
        if (!Files.exists(place.resolve(name))) {
          reasons.add("missing_file: " + name);
        }
      }
    }
    Path pom = place.resolve("perdura-client-" + version + ".pom");
    if (Files.exists(pom)) {
      pom(Files.readString(pom), version, reasons);
    }
    return Outcome.judged(output, reasons);
  }

  private static void pom(String pom, String version, List<String> reasons) {
    if (pom.contains("<parent>")) {
      reasons.add("pom_has_parent");
    }
    if (!pom.contains("<version>" + version + "</version>")) {
      reasons.add("pom_version");
    }
    List<String> dependencies = DEPENDENCY.matcher(pom).results().map(MatchResult::group).toList();
    for (String dependency : dependencies) {
      if (!dependency.contains("<groupId>com.fasterxml.jackson.core</groupId>")
          || !dependency.contains("<version>")) {
        reasons.add("pom_dependency: " + dependency.replaceAll("\\s+", ""));
      }
    }
    if (dependencies.isEmpty()) {
      reasons.add("pom_has_no_dependencies");
    }
  }
}
