package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.outbox.ReplayRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class JobDefinitionTest {
  private static final Map<String, String> REPLAY = Map.of("id", "7", "reason", "fixed");

  @Test
  void eachJobHasItsDefinitionAndThatAllowsWhatItPromises() throws IOException {
    for (JobDefinition job : JobDefinition.ALL) {
      String definition = definition(job.name());
      assertThat(definition).contains("<job id=\"" + job.name() + "\"");
      if (job.resumable()) {
        assertThat(definition).as(job.name()).doesNotContain("restartable=\"false\"");
      }
      // A definition that hands parameters on hands on all of them; others' jobs read them
      // themselves.
      for (JobParameter parameter : job.parameters()) {
        assertThat(
                !definition.contains("#{jobParameters[")
                    || definition.contains("#{jobParameters['" + parameter.name() + "']}"))
            .as("parameter " + parameter.name() + " of " + job.name())
            .isTrue();
      }
    }
    assertThat(definition(JobDefinition.DRAIN)).contains("<job id=\"outbox-drain\"");
  }

  @Test
  void theDrainIsNotAnOperatorsToStart() {
    assertThat(JobDefinition.named(JobDefinition.DRAIN)).isEmpty();
    assertThat(JobDefinition.named("outbox-replay")).isPresent();
  }

  @Test
  void onlyWhatGoesOnFromACheckpointOrBeginsAnewWithoutHarmIsResumable() {
    assertThat(JobDefinition.resumableNames())
        .containsExactly("embedding-model-backfill", "erasure-ledger-replay");
  }

  @Test
  void defaultsCompleteTheParameters() {
    assertThat(check("outbox-replay", REPLAY))
        .containsEntry("limit", Integer.toString(ReplayRequest.DEFAULT_LIMIT))
        .containsEntry("dry-run", "false")
        .containsEntry("id", "7")
        .doesNotContainKey("scope");
    assertThat(check("embedding-model-backfill", Map.of())).isEqualTo(Map.of("page", "200"));
  }

  @Test
  void whatWeAddOurselvesIsNobodysFault() {
    Properties given = new Properties();
    given.setProperty("page", "3");
    given.setProperty("perdura.node", "me");
    JobDefinition backfill = JobDefinition.named("embedding-model-backfill").orElseThrow();

    assertThat(backfill.check(given)).isEqualTo(Map.of("page", "3"));
  }

  @Test
  void everyFaultIsNamedAtOnce() {
    Map<String, String> faulty =
        Map.of("id", "0", "dry-run", "perhaps", "limit", "many", "scope", " ", "size", "1");

    assertThatThrownBy(() -> check("outbox-replay", faulty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "unknown parameter size",
            "id must be between 1 and",
            "dry-run must be true or false",
            "limit must be a whole number",
            "scope must be 1 to 250 characters");
  }

  @Test
  void numbersAreHeldToTheirRange() {
    for (String page : new String[] {"0", "5001", "-1", "1.5", "", "99999999999999999999"}) {
      assertThatThrownBy(() -> check("embedding-model-backfill", Map.of("page", page)))
          .as(page)
          .hasMessageStartingWith("page must be ");
    }
    for (String page : new String[] {"1", "5000"}) {
      assertThat(check("embedding-model-backfill", Map.of("page", page)))
          .containsEntry("page", page);
    }
  }

  @Test
  void textsFitTheContainersTable() {
    String longest = "x".repeat(250);
    assertThat(check("embedding-model-backfill", Map.of("scope", longest)))
        .containsEntry("scope", longest);
    assertThatThrownBy(() -> check("embedding-model-backfill", Map.of("scope", longest + "x")))
        .hasMessage("scope must be 1 to 250 characters");
  }

  @Test
  void replayNeedsOneChoiceAndAReason() {
    Map<String, String> two = new HashMap<>(REPLAY);
    two.put("all-failed", "true");
    assertThatThrownBy(() -> check("outbox-replay", two))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> check("outbox-replay", Map.of("reason", "x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> check("outbox-replay", Map.of("id", "7")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reason");
  }

  private static Map<Object, Object> check(String job, Map<String, String> given) {
    return JobDefinition.named(job).orElseThrow().check(given);
  }

  private static String definition(String job) throws IOException {
    try (InputStream file =
        JobDefinition.class.getResourceAsStream("/META-INF/batch-jobs/" + job + ".xml")) {
      assertThat(file).as(job).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
