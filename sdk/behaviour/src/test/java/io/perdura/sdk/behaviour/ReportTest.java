package io.perdura.sdk.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final String SCENARIOS =
      """
      [{"name": "a", "call": {"operation": "write"}},
       {"name": "b", "before": [{"operation": "write"}], "call": {"operation": "toolDecision"}}]\
      """;

  @TempDir private Path directory;

  @Test
  void aScenarioOfWhatTheServerDoesNotOfferIsNoFault() throws IOException {
    report("0.1.0", "{\"/w\":{\"post\":{\"operationId\":\"write\"}}}", true, false);
    report(
        "0.3.0",
        "{\"/w\":{\"post\":{\"operationId\":\"write\"}},\"/d\":{\"parameters\":[],\"post\":{\"operationId\":\"toolDecision\"}}}",
        true,
        true);
    Report report = new Report(SCENARIOS);
    assertThat(report.matrix(directory).lines().skip(2))
        .containsExactly(
            "| java 0.3.0 | 0.1.0 | 1 of 1, 1 ask for what it does not have | 1 of 2 |",
            "| java 0.3.0 | 0.3.0 | 2 of 2 | 2 of 2 |");
    assertThat(report.faults()).isEmpty();
  }

  @Test
  void aScenarioThatFailedIsAFault() throws IOException {
    report("0.3.0", "{\"/w\":{\"post\":{\"operationId\":\"write\"}}}", false, false);
    Report report = new Report(SCENARIOS);
    assertThat(report.matrix(directory)).contains("| 0 of 1, 1 ask");
    assertThat(report.faults()).containsExactly("java 0.3.0, server 0.3.0: a: two nodes");
  }

  @Test
  void aReportWithoutScenariosIsAFault() throws IOException {
    report("0.3.0", "{}", true, true);
    Report report = new Report(SCENARIOS);
    report.matrix(directory);
    assertThat(report.faults()).containsExactly("java 0.3.0, server 0.3.0: no scenario was judged");
  }

  @Test
  void theMatrixReplacesWhatIsBetweenItsMarks() {
    String page = "# Page\n" + Report.BEGIN + "\nold\n" + Report.END + "\nrest\n";
    assertThat(Report.inserted(page, "new\n"))
        .isEqualTo("# Page\n" + Report.BEGIN + "\nnew\n" + Report.END + "\nrest\n");
    assertThatThrownBy(() -> Report.inserted("# Page", "new"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void report(String server, String paths, boolean first, boolean second)
      throws IOException {
    Path place = Files.createDirectories(directory.resolve(server));
    Files.writeString(place.resolve("openapi.json"), "{\"paths\":" + paths + "}");
    Files.writeString(
        place.resolve("java.json"),
        "{\"language\":\"java\",\"version\":\"0.3.0\",\"server_version\":\""
            + server
            + "\",\"operations\":[\"write\",\"toolDecision\"],"
            + "\"scenarios\":[{\"name\":\"a\",\"passed\":"
            + first
            + ",\"detail\":\"two nodes\"},{\"name\":\"b\",\"passed\":"
            + second
            + ",\"detail\":\"\"}]}");
  }
}
