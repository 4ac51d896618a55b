package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindJdkTest {
  @TempDir Path temp;
  private final Map<String, String> environment = new HashMap<>();

  private Scripts.Outcome find(String need) throws IOException, InterruptedException {
    environment.putIfAbsent("PERDURA_JDK_DIRS", temp + "/jvm/*");
    environment.putIfAbsent("PATH", tools());
    String script = ". " + Scripts.REPOSITORY.resolve(".mvn/find-jdk.sh") + "; find_jdk " + need;
    return Scripts.run(environment, temp, List.of("/bin/sh", "-eu", "-c", script));
  }

  /** The usual programs without any java among them. */
  private String tools() throws IOException {
    Path tools = Files.createDirectories(temp.resolve("tools"));
    for (String tool : List.of("sed", "readlink")) {
      Scripts.forward(tools, tool);
    }
    return tools.toString();
  }

  @Test
  void theNewestSuitableJdkIsChosen() throws Exception {
    Scripts.fakeJava(temp.resolve("jvm/java-17"), 17, true);
    Scripts.fakeJava(temp.resolve("jvm/java-21"), 21, true);
    Path newest = Scripts.fakeJava(temp.resolve("jvm/java-25"), 25, true);
    Scripts.fakeJava(temp.resolve("jvm/jre-26"), 26, false);

    assertThat(find("build").out().strip()).isEqualTo(newest.toString());
    assertThat(find("runtime").out().strip()).isEqualTo(temp + "/jvm/jre-26");
  }

  @Test
  void aSuitableJavaHomeWinsAndAnUnsuitableOneIsPassedOver() throws Exception {
    Path old = Scripts.fakeJava(temp.resolve("old"), 17, true);
    Path mine = Scripts.fakeJava(temp.resolve("mine"), 21, true);
    Path other = Scripts.fakeJava(temp.resolve("jvm/java-25"), 25, true);

    environment.put("JAVA_HOME", mine.toString());
    assertThat(find("build").out().strip()).isEqualTo(mine.toString());
    environment.put("JAVA_HOME", old.toString());
    assertThat(find("build").out().strip()).isEqualTo(other.toString());
    environment.put("JAVA_HOME", "/nonexistent");
    assertThat(find("build").out().strip()).isEqualTo(other.toString());
  }

  @Test
  void theDefaultJavaOfTheMachineCountsToo() throws Exception {
    Path home = Scripts.fakeJava(temp.resolve("somewhere/jdk"), 23, true);
    Files.createSymbolicLink(Path.of(tools(), "java"), home.resolve("bin/java"));
    assertThat(find("build").out().strip()).isEqualTo(home.toRealPath().toString());
  }

  @Test
  void aDirectoryWithBlanksInItsNameIsFound() throws Exception {
    Path home = Scripts.fakeJava(temp.resolve("my jdk"), 22, true);
    environment.put("JAVA_HOME", home.toString());
    assertThat(find("build").out().strip()).isEqualTo(home.toString());
  }

  @Test
  void aMachineWithoutOneIsToldWhatToInstallForItsRelease() throws Exception {
    Scripts.fakeJava(temp.resolve("jvm/java-17"), 17, true);
    assertThat(find("build").status()).isNotZero();
    assertThat(explanation("debian", "13")).contains("apt-get install openjdk-25-jdk-headless");
    assertThat(explanation("debian", "12")).contains("temurin-25-jdk");
    assertThat(explanation("ubuntu", "24.04")).contains("set JAVA_HOME");
  }

  private String explanation(String id, String version) throws IOException, InterruptedException {
    Path release = temp.resolve("os-release");
    Files.writeString(release, "ID=" + id + "\nVERSION_ID=\"" + version + "\"\n");
    environment.put("PERDURA_OS_RELEASE", release.toString());
    String script = ". " + Scripts.REPOSITORY.resolve(".mvn/find-jdk.sh") + "; explain_missing_jdk";
    String said = Scripts.run(environment, temp, List.of("/bin/sh", "-eu", "-c", script)).err();
    assertThat(said.lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("perdura: no JDK 21 or newer");
    return said;
  }
}
