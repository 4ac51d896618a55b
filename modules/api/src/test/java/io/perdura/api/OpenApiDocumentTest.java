package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {
  private static final String CONTROL = "/v1/admin/control/";

  /** Routes without an Idempotency-Key whose answer depends on what there is already. */
  private static final Set<String> CONFLICTING =
      Set.of(
          "POST " + CONTROL + "incident-publish/jobs",
          "POST " + CONTROL + "job-runs/{run_id}/stop",
          "POST " + CONTROL + "job-runs/{run_id}/restart",
          "POST " + CONTROL + "job-schedules",
          "PUT " + CONTROL + "job-schedules/{id}");

  private final JsonNode document = load();

  @Test
  void theDocumentNamesEveryRouteAndNoOther() {
    List<String> described = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(
            Routes.ALL.stream().map(route -> route.method() + " " + route.path()).toList());
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    for (JsonNode reference : document.findValues("$ref")) {
      String pointer = reference.textValue().substring(1);
      assertThat(document.at(pointer).isMissingNode()).as(pointer).isFalse();
    }
  }

  @Test
  void everyRouteTellsTheRefusalsThatItsChecksMake() {
    for (Route route : Routes.ALL) {
      JsonNode operation = operation(route);
      JsonNode answers = operation.get("responses");
      assertThat(answers.has(Integer.toString(route.success()))).as(route.path()).isTrue();
      if (route.guard() == Route.Guard.NOBODY) {
        continue;
      }
      require(route, "401", true);
      require(route, "403", true);
      boolean conflicting = CONFLICTING.contains(route.method() + " " + route.path());
      require(route, "409", route.keyed() || conflicting);
      boolean hasBody = Set.of("POST", "PUT").contains(route.method());
      require(route, "413", hasBody);
      require(route, "415", hasBody);
      require(route, "429", route.work() != null);
      require(route, "500", true);
      require(route, "503", true);
      assertThat(operation.get("parameters").toString().contains("IdempotencyKey"))
          .as(route.path() + " documents the Idempotency-Key")
          .isEqualTo(route.keyed());
      assertThat(operation.get("security") != null)
          .as(route.path() + " asks for the admin token")
          .isEqualTo(route.guard() == Route.Guard.ADMIN);
    }
  }

  @Test
  void everyErrorAnswerListsItsCodes() {
    for (Route route : Routes.ALL) {
      for (Map.Entry<String, JsonNode> answer : operation(route).get("responses").properties()) {
        boolean probe = route.guard() == Route.Guard.NOBODY && !answer.getKey().equals("404");
        if (!answer.getKey().startsWith("2") && !probe) {
          assertThat(resolve(answer.getValue()).get("x-codes"))
              .as(route.path() + " " + answer.getKey())
              .isNotEmpty();
        }
      }
    }
  }

  private void require(Route route, String status, boolean expected) {
    assertThat(operation(route).get("responses").has(status))
        .as(route.method() + " " + route.path() + " " + status)
        .isEqualTo(expected);
  }

  private JsonNode operation(Route route) {
    return document.get("paths").get(route.path()).get(route.method().toLowerCase(Locale.ROOT));
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
  }

  private static JsonNode load() {
    try (InputStream in = OpenApiResource.class.getResourceAsStream("/META-INF/openapi.yaml")) {
      return new YAMLMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
