package io.perdura.cli.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.gate.Outcome;
import io.perdura.cli.gate.Status;
import io.perdura.cli.gate.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the check must not overlook; the packages are made here, the programs are not run. */
class SdkCheckTest {
  @TempDir Path home;
  private final Packer packer = new Packer();
  private final FakeTools tools = new FakeTools();

  private final class FakeTools implements Tools {
    private Set<String> missing = Set.of();
    private Integer exit = 0;

    @Override
    public boolean has(String program) {
      return !missing.contains(program);
    }

    @Override
    public Ran run(Path directory, Duration limit, List<String> command) {
      try {
        if (command.contains("pack")) {
          packer.npm(Path.of(command.get(command.size() - 1)));
        }
        for (String word : command) {
          if (word.startsWith("-DaltDeploymentRepository=dry-run::file:")) {
            packer.repository(Path.of(word.replaceFirst(".*file:/+", "/")));
          }
        }
        return new Ran(exit, "output of " + command.get(0));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void checkout() throws IOException {
    write("modules/api/src/main/resources/META-INF/openapi.yaml", "info: {version: 1.2.3}\n");
    write("pom.xml", "<project>\n  <version>1.2.3</version>\n</project>\n");
    for (String place : new String[] {"", "sdk/typescript/", "sdk/python/"}) {
      write(place + "CHANGELOG.md", "# Changelog\n\n## 1.2.3 (2026-11-21)\n");
    }
    write(
        "docs/sdk.md",
        "| typescript 1.2.3 | 1.2.3 | 1 |\n| python 1.2.3 | 1.2.3 | 1 |\n| java 1.2.3 | 1.2.3 | 1 |\n");
    Files.createDirectories(home.resolve("sdk/java/target"));
    Files.createDirectories(home.resolve("sdk/python/dist"));
    packer.jar(home.resolve("sdk/java/target/perdura-client.jar"));
    packer.python(home.resolve("sdk/python/dist"));
  }

  private void write(String file, String text) throws IOException {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Outcome look(String name) throws Exception {
    for (Step step : new SdkCheck(home, tools, true).steps()) {
      if (step.name().equals(name)) {
        return step.look().look();
      }
    }
    throw new AssertionError("no step " + name);
  }

  private void isRed(String step, Status status, String reason) throws Exception {
    Outcome outcome = look(step);
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(status);
    assertThat(outcome.reasons()).anyMatch(one -> one.contains(reason));
  }

  @Test
  void whatIsAsItShouldBePasses() throws Exception {
    for (Step step : new SdkCheck(home, tools, true).steps()) {
      Outcome outcome = step.look().look();
      assertThat(outcome.status()).as("%s: %s", step.name(), outcome).isEqualTo(Status.PASS);
    }
  }

  @Test
  void everythingThatIsPackedIsListed() throws Exception {
    assertThat(look("typescript.package").output().get("files").toString())
        .contains("dist/esm/index.js");
    assertThat(look("python.package").output().get("wheel").toString())
        .contains("perdura/py.typed");
    assertThat(look("java.package").output().get("files").toString()).contains("Perdura.class");
  }

  @Test
  void withoutSourcesNothingIsProven() throws Exception {
    Outcome outcome = new SdkCheck(home.resolve("docs"), tools, true).steps().get(0).look().look();
    assertThat(outcome.status()).isEqualTo(Status.NOT_PROVEN);
  }

  @Test
  void aProjectOfAnotherVersionThanItsServerIsRed() throws Exception {
    write("pom.xml", "<project>\n  <version>1.2.4</version>\n</project>\n");
    isRed("checkout", Status.FAIL, "versions_differ");
  }

  @Test
  void aVersionWithoutAnEntryInAChangelogIsRed() throws Exception {
    write("sdk/python/CHANGELOG.md", "## 1.2.30\n");
    isRed("changelog", Status.FAIL, "sdk/python/CHANGELOG.md");
  }

  @Test
  void aMissingProgramProvesNothing() throws Exception {
    tools.missing = Set.of("npm", "python3");
    isRed("typescript.build_and_tests", Status.NOT_PROVEN, "tool_missing: npm");
    isRed("typescript.package", Status.NOT_PROVEN, "tool_missing: npm");
    isRed("typescript.publish_dry_run", Status.NOT_PROVEN, "tool_missing: npm");
    isRed("python.build_and_tests", Status.NOT_PROVEN, "tool_missing: python3");
  }

  @Test
  void aBuildThatFailsIsRedAndOneThatDoesNotEndProvesNothing() throws Exception {
    tools.exit = 1;
    for (String step :
        new String[] {
          "typescript.build_and_tests",
          "python.build_and_tests",
          "java.build_and_tests",
          "java.publish_dry_run",
          "behaviour"
        }) {
      isRed(step, Status.FAIL, "exit_code: 1");
    }
    isRed("typescript.publish_dry_run", Status.FAIL, "not_packed");
    tools.exit = null;
    isRed("java.build_and_tests", Status.NOT_PROVEN, "time_limit_exceeded");
  }

  @Test
  void aStrayFileIsRed() throws Exception {
    packer.more = Map.of("test/secret.env", "x");
    packer.jar(home.resolve("sdk/java/target/perdura-client.jar"));
    packer.python(home.resolve("sdk/python/dist"));
    isRed("typescript.package", Status.FAIL, "stray_file: files: test/secret.env");
    isRed("python.package", Status.FAIL, "stray_file: wheel: test/secret.env");
    isRed("python.package", Status.FAIL, "stray_file: sdist: test/secret.env");
    isRed("java.package", Status.FAIL, "stray_file: files: test/secret.env");
  }

  @Test
  void aPackageOfAnotherVersionIsRed() throws Exception {
    packer.version = "1.2.2";
    packer.jar(home.resolve("sdk/java/target/perdura-client.jar"));
    isRed("typescript.package", Status.FAIL, "version: 1.2.2 instead of 1.2.3");
    isRed("java.package", Status.FAIL, "version: version=1.2.2");
    isRed("java.publish_dry_run", Status.FAIL, "missing_file");
  }

  @Test
  void aDependencyThatWasNotAgreedIsRed() throws Exception {
    packer.dependency = "left-pad";
    packer.python(home.resolve("sdk/python/dist"));
    isRed("typescript.package", Status.FAIL, "depends_on");
    isRed("python.publish_dry_run", Status.FAIL, "wheel_depends_on: left-pad");
    isRed("java.publish_dry_run", Status.FAIL, "pom_dependency");
  }

  @Test
  void aWheelWhoseRecordIsWrongIsRed() throws Exception {
    packer.wrongRecord = true;
    packer.python(home.resolve("sdk/python/dist"));
    isRed("python.publish_dry_run", Status.FAIL, "record_differs: perdura/__init__.py");
  }

  @Test
  void aLibraryThatIsNotInTheMatrixIsRed() throws Exception {
    write("docs/sdk.md", "| java 1.2.3 | 1.2.2 | 1 |\n");
    isRed("java.matrix", Status.FAIL, "not_in_matrix: | java 1.2.3 | 1.2.3 |");
    Files.delete(home.resolve("docs/sdk.md"));
    isRed("python.matrix", Status.NOT_PROVEN, "no_matrix");
  }

  @Test
  void whatWasNotBuiltProvesNothing() throws Exception {
    Files.delete(home.resolve("sdk/java/target/perdura-client.jar"));
    Files.delete(home.resolve("sdk/python/dist/perdura_client-1.2.3.tar.gz"));
    isRed("java.package", Status.NOT_PROVEN, "not_built");
    isRed("python.package", Status.NOT_PROVEN, "not_built");
    isRed("python.publish_dry_run", Status.NOT_PROVEN, "not_built");
  }
}
