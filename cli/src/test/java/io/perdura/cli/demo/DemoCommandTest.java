package io.perdura.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.demo.StubMemory.Recalling;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoCommandTest {
  private final TestConsole console = new TestConsole();

  private int demo(StubMemory memory, String... more) {
    return demo(memory.url(), more);
  }

  private int demo(URI url, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "demo";
    arguments[1] = "--base-url";
    arguments[2] = url.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Main.run(console.console(), arguments);
  }

  private boolean truth(String name) throws IOException {
    JsonNode report = Jsons.MAPPER.readTree(console.out());
    return report.path("success").path(name).booleanValue();
  }

  @Test
  void goodRecallIsReportedAsTrueAndExitsWithZero() throws IOException {
    try (StubMemory memory = new StubMemory(Recalling.WELL)) {
      assertThat(demo(memory, "--json")).isZero();
    }
    assertThat(truth("memory_recall_improved")).isTrue();
    assertThat(truth("cross_session_recall_stable")).isTrue();
    JsonNode report = Jsons.MAPPER.readTree(console.out());
    assertThat(report.path("distractors").asInt()).isGreaterThanOrEqualTo(200);
    assertThat(report.path("server_restarted").booleanValue()).isFalse();
    assertThat(report.path("facts").get(0).path("before").path("rank").isNull()).isTrue();
    assertThat(report.path("facts").get(0).path("cold").path("rank").asInt()).isEqualTo(1);
    assertThat(report.path("facts").get(0).path("after").path("top")).hasSize(5);
  }

  @ParameterizedTest
  @EnumSource(
      value = Recalling.class,
      names = {"NOTHING", "FACTS_LAST", "FACTS_FOURTH", "ALL_BUT_ONE"})
  void brokenRecallIsReportedAsFalseAndExitsNonZero(Recalling broken) throws IOException {
    try (StubMemory memory = new StubMemory(broken)) {
      assertThat(demo(memory, "--json")).isEqualTo(2);
    }
    assertThat(truth("memory_recall_improved")).isFalse();
    assertThat(truth("cross_session_recall_stable")).isFalse();
  }

  @Test
  void recallThatDoesNotCrossSessionsIsOnlyHalfTrue() throws IOException {
    try (StubMemory memory = new StubMemory(Recalling.ONLY_FOR_THE_WRITER)) {
      assertThat(demo(memory, "--json")).isEqualTo(2);
    }
    assertThat(truth("memory_recall_improved")).isTrue();
    assertThat(truth("cross_session_recall_stable")).isFalse();
  }

  @Test
  void peopleSeeTheListsBeforeAndAfterAndTheTruths() throws IOException {
    try (StubMemory memory = new StubMemory(Recalling.WELL)) {
      assertThat(demo(memory)).isZero();
    }
    assertThat(console.out())
        .contains("before: not found", "after, same process: rank 1", "other agent: rank 1")
        .contains("   <--")
        .contains("was not restarted")
        .contains("memory_recall_improved: true", "cross_session_recall_stable: true");
  }

  @Test
  void aServerThatRefusesForLoadIsAskedAgain() throws IOException {
    try (StubMemory memory = new StubMemory(Recalling.WELL)) {
      memory.refuse(2);
      assertThat(demo(memory)).isZero();
    }
  }

  @Test
  void aServerThatIsNotThereIsOneSentenceAndExitOne() {
    assertThat(demo(URI.create("http://127.0.0.1:1"))).isEqualTo(1);
    assertThat(console.err())
        .contains("perdura: The server at http://127.0.0.1:1 does not answer.");
  }

  @Test
  void distractorsAreManyDistinctAndNoFacts() {
    assertThat(Distractors.all()).hasSize(Distractors.COUNT);
    assertThat(new HashSet<>(Distractors.all())).hasSize(Distractors.COUNT);
    assertThat(Distractors.all()).isEqualTo(Distractors.all());
    assertThat(Distractors.all())
        .doesNotContainAnyElementsOf(Fact.ALL.stream().map(Fact::text).toList());
  }
}
