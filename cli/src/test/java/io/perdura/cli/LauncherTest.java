package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a checkout whose Maven and Java only note that they were called. */
class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "built $*" >> built.txt
      [ ! -f fail ] || { cat fail; exit 1; }
      mkdir -p cli/target/lib ear/target/liberty/wlp/usr/servers/perdura/apps
      touch cli/target/perdura-cli.jar ear/target/liberty/wlp/usr/servers/perdura/apps/perdura.ear
      """;

  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeCheckout() throws IOException {
    for (String directory :
        List.of(
            "cli/src/main",
            "batch-jobs/src/main",
            "modules/kernel/src/main",
            "modules/kernel/src/test",
            "src/main/liberty/config",
            "ear",
            ".mvn")) {
      Files.createDirectories(home.resolve(directory));
    }
    for (String file :
        List.of(
            "pom.xml",
            "ear/pom.xml",
            "cli/pom.xml",
            "modules/kernel/pom.xml",
            "modules/kernel/src/main/A.java",
            "modules/kernel/src/main/B.java",
            "modules/kernel/src/test/T.java",
            "src/main/liberty/config/server.xml")) {
      Files.writeString(home.resolve(file), "x");
    }
    Files.copy(Scripts.REPOSITORY.resolve("perdura"), home.resolve("perdura"));
    Files.copy(Scripts.REPOSITORY.resolve(".mvn/find-jdk.sh"), home.resolve(".mvn/find-jdk.sh"));
    Scripts.executable(home.resolve("mvnw"), MAVEN);
    makeOld();
    environment.put("JAVA_HOME", Scripts.fakeJava(home.resolve("jdk"), 25, true).toString());
  }

  /** Everything so far is older than the next build. */
  private void makeOld() throws IOException {
    FileTime old = FileTime.from(Instant.now().minusSeconds(60));
    try (var files = Files.walk(home)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  private Scripts.Outcome perdura(String... arguments) throws IOException, InterruptedException {
    return Scripts.run(
        environment,
        Path.of("/"),
        Stream.concat(Stream.of(home.resolve("perdura").toString()), Arrays.stream(arguments))
            .toList());
  }

  private long builds() throws IOException {
    Path log = home.resolve("built.txt");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  @Test
  void theFirstUseBuildsAndTheSecondDoesNot() throws Exception {
    Scripts.Outcome first = perdura("up", "--timeout", "5");
    assertThat(first.status()).isZero();
    assertThat(first.err()).contains("Building Perdura");
    assertThat(first.out()).contains("io.perdura.cli.Main up --timeout 5");
    assertThat(builds()).isEqualTo(1);

    assertThat(perdura("up").err()).doesNotContain("Building");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aChangedAnAddedAndADeletedSourceEachLeadToABuild() throws Exception {
    perdura("up");
    Path source = home.resolve("modules/kernel/src/main/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
    perdura("up");
    assertThat(builds()).isEqualTo(2);
    makeOldExceptStamp();

    Files.writeString(home.resolve("modules/kernel/src/main/New.java"), "x");
    later(home.resolve("modules/kernel/src/main/New.java"));
    perdura("up");
    assertThat(builds()).isEqualTo(3);
    makeOldExceptStamp();

    Files.delete(home.resolve("modules/kernel/src/main/B.java"));
    later(home.resolve("modules/kernel/src/main"));
    perdura("up");
    assertThat(builds()).isEqualTo(4);
  }

  @Test
  void aChangedTestOrBuildResultLeadsToNone() throws Exception {
    perdura("up");
    later(home.resolve("modules/kernel/src/test/T.java"));
    Files.createDirectories(home.resolve("modules/kernel/target/classes"));
    Files.writeString(home.resolve("modules/kernel/target/classes/A.class"), "x");
    later(home.resolve("modules/kernel/target/classes/A.class"));
    perdura("up");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void statusAndDownNeverRebuild() throws Exception {
    perdura("up");
    later(home.resolve("modules/kernel/src/main/A.java"));
    for (String command : List.of("status", "down", "logs", "reset", "version")) {
      assertThat(perdura(command).out()).contains("Main " + command);
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aFailedBuildIsOneSentenceAndIsTriedAgain() throws Exception {
    Files.writeString(home.resolve("fail"), "[INFO] hm\n[ERROR] cannot find symbol\n");
    Scripts.Outcome outcome = perdura("up");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("[ERROR] cannot find symbol")
        .containsPattern("(?m)^perdura: the build failed; the whole log is in .*build.log\\.$");
    assertThat(outcome.out()).isEmpty();
    Files.delete(home.resolve("fail"));
    assertThat(perdura("up").status()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFullDiskDuringTheBuildIsSaidSo() throws Exception {
    Files.writeString(home.resolve("fail"), "[ERROR] x: No space left on device\n");
    assertThat(perdura("up").err())
        .contains("perdura: the disk that holds " + home.toRealPath() + " is full");
  }

  @Test
  void aMissingJdkIsOneSentence() throws Exception {
    environment.put("JAVA_HOME", "/nonexistent");
    environment.put("PERDURA_JDK_DIRS", "/nonexistent/*");
    Path tools = Files.createDirectories(home.resolve("tools"));
    for (String tool : List.of("sed", "readlink", "dirname")) {
      Scripts.forward(tools, tool);
    }
    environment.put("PATH", tools.toString());
    Scripts.Outcome outcome =
        Scripts.run(
            environment,
            Path.of("/"),
            List.of("/bin/sh", home.resolve("perdura").toString(), "up"));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("perdura: no JDK 21 or newer was found on this machine;");
  }

  @Test
  void eachServerOfAHostHasAPathOfItsOwnToTheOneDefinition() throws Exception {
    perdura("up");
    // The launcher evaluates what the command line prints about the database.
    Scripts.executable(home.resolve("jdk/bin/java"), "#!/bin/sh\n");
    Scripts.executable(
        home.resolve("ear/target/liberty/wlp/bin/server"),
        "#!/bin/sh\necho \"$PERDURA_NODE_ID $WLP_USER_DIR $*\"\n");
    environment.put("PERDURA_STATE_DIR", home.resolve("state").toString());
    environment.put("PERDURA_NODE_ID", "one/of two");

    String api = perdura("run", "api").out().strip();
    String worker = perdura("run", "worker").out().strip();
    environment.remove("PERDURA_NODE_ID");
    String[] unnamed = perdura("run", "worker").out().split(" ");

    assertThat(api).startsWith("one/of two /").endsWith("/run-api/usr-one_of_two run perdura");
    assertThat(worker).endsWith("/run-worker/usr-one_of_two run perdura");
    assertThat(unnamed[0]).endsWith("-worker");
    assertThat(unnamed[1]).endsWith("/run-worker/usr-" + unnamed[0]);
    assertThat(home.resolve("state/run-worker/usr-one_of_two").toRealPath())
        .isEqualTo(home.resolve("ear/target/liberty/wlp/usr").toRealPath());
  }

  @Test
  void anUnknownRoleIsRefused() throws Exception {
    perdura("up");
    Scripts.Outcome outcome = perdura("run", "boss");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("the role must be api, worker or all, not \"boss\"");
  }

  @Test
  void theScriptsAreCleanForShellcheck() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/shellcheck")), "shellcheck is not installed");
    Path repository = Scripts.REPOSITORY;
    Scripts.Outcome outcome =
        Scripts.run(
            Map.of(),
            repository,
            List.of(
                "shellcheck",
                "--exclude=SC1091",
                "perdura",
                "mvnw",
                ".mvn/find-jdk.sh",
                "ear/verify-reproducible"));
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  private static void later(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(2)));
  }

  /** As if the last build had been a while ago, and every source before it. */
  private void makeOldExceptStamp() throws IOException {
    makeOld();
    Files.setLastModifiedTime(home.resolve("ear/target/built"), FileTime.from(Instant.now()));
  }
}
