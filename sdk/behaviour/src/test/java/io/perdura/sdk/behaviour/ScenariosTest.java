package io.perdura.sdk.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The file says only what its description knows, of operations that exist. */
class ScenariosTest {
  private static final Set<String> SCENARIO =
      Set.of("name", "before", "faults", "call", "client", "expect");
  private static final Set<String> CALL =
      Set.of("operation", "body", "params", "idempotency_key", "all_pages", "cancel_after_ms");
  private static final Set<String> CLIENT = Set.of("timeout_ms", "max_retries", "admin_token");
  private static final Set<String> EXPECT =
      Set.of(
          "outcome",
          "status",
          "code",
          "retry_after",
          "issues",
          "attempts",
          "stored_nodes",
          "same_idempotency_key",
          "same_request_id",
          "items",
          "min_elapsed_ms",
          "max_elapsed_ms");
  private static final Set<String> OUTCOMES =
      Set.of("ok", "api_error", "network_error", "timeout", "malformed", "cancelled");

  private final List<Map<String, Object>> scenarios = scenarios();
  private final String document =
      text("../../modules/api/src/main/resources/META-INF/openapi.yaml");

  @Test
  void everyScenarioHasANameOfItsOwn() {
    List<Object> names = scenarios.stream().map(scenario -> scenario.get("name")).toList();
    assertThat(names).doesNotContainNull().doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void everyKeyIsDescribed() {
    String readme = text("README.md");
    Stream.of(SCENARIO, CALL, CLIENT, EXPECT)
        .flatMap(Set::stream)
        .forEach(key -> assertThat(readme).contains(key));
    for (Map<String, Object> scenario : scenarios) {
      assertThat(SCENARIO).as("%s", scenario).containsAll(scenario.keySet());
      assertThat(CALL).containsAll(object(scenario, "call").keySet());
      assertThat(CLIENT).containsAll(object(scenario, "client").keySet());
      assertThat(EXPECT).as("%s", scenario).containsAll(object(scenario, "expect").keySet());
      assertThat(OUTCOMES).contains((String) object(scenario, "expect").get("outcome"));
      assertThat(object(scenario, "expect")).containsKey("attempts");
    }
  }

  @Test
  void everyOperationIsInTheDocument() {
    for (Map<String, Object> scenario : scenarios) {
      List<Object> calls = new ArrayList<>(list(scenario, "before"));
      calls.add(scenario.get("call"));
      for (Object call : calls) {
        assertThat(document)
            .contains("\n      operationId: " + ((Map<?, ?>) call).get("operation") + "\n");
      }
    }
  }

  @Test
  void everyFaultIsOneOfTheProxysAndStrikesAPathOfTheDocument() {
    for (Map<String, Object> scenario : scenarios) {
      for (Object fault : list(scenario, "faults")) {
        String path = Fault.of((Map<?, ?>) fault).path().replace("{{marker}}", "{session_id}");
        assertThat(document).contains("\n  " + path + ":\n");
      }
    }
  }

  @Test
  void everyKindOfFaultAndOfOutcomeOccurs() {
    Set<Object> kinds =
        scenarios.stream()
            .flatMap(scenario -> list(scenario, "faults").stream())
            .map(fault -> ((Map<?, ?>) fault).get("fault"))
            .collect(Collectors.toSet());
    assertThat(kinds)
        .isEqualTo(
            Stream.of(Fault.Kind.values()).map(Fault.Kind::word).collect(Collectors.toSet()));
    assertThat(scenarios.stream().map(scenario -> object(scenario, "expect").get("outcome")))
        .containsAll(OUTCOMES);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> scenarios() {
    return (List<Map<String, Object>>) Json.read(text("scenarios.json"));
  }

  private static List<?> list(Map<String, Object> scenario, String name) {
    return (List<?>) scenario.getOrDefault(name, List.of());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> scenario, String name) {
    return (Map<String, Object>) scenario.getOrDefault(name, Map.of());
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
