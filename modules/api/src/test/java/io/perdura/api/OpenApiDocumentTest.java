package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
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

  /** Changes that cannot be repeated by a key: whoever adds one decides so here. */
  private static final Set<String> UNREPEATABLE =
      Set.of(
          "mcp",
          "replayErasures",
          "putTenant",
          "putProject",
          "createApiKey",
          "revokeApiKey",
          "rotateApiKey",
          "putTenantQuota",
          "deleteTenantQuota",
          "createAlertRoute",
          "setAlertRouteStatus",
          "enqueueIncidentPublish",
          "replayIncidentPublish",
          "createAdminCredential",
          "revokeAdminCredential",
          "stopJobRun",
          "restartJobRun",
          "createJobSchedule",
          "replaceJobSchedule",
          "deleteJobSchedule",
          "drain");

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

  @Test
  void everyOperationHasANameOfItsOwnAndNamedBodiesAndAnswers() {
    List<String> names = new ArrayList<>();
    for (Route route : Routes.ALL) {
      JsonNode operation = operation(route);
      names.add(operation.get("operationId").textValue());
      for (JsonNode schema : operation.findValues("schema")) {
        boolean inline = schema.has("properties") || schema.has("oneOf") || schema.has("allOf");
        assertThat(inline).as(route.path() + " names " + schema).isFalse();
      }
      for (JsonNode media : operation.findValues("application/json")) {
        assertThat(media.at("/schema/$ref").textValue())
            .as(route.method() + " " + route.path() + " " + media)
            .startsWith("#/components/schemas/");
      }
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void everyOperationTellsWhetherItMayBeRepeated() {
    Set<String> neither = new HashSet<>();
    for (Route route : Routes.ALL) {
      JsonNode operation = operation(route);
      boolean safe = operation.path("x-perdura-safe").asBoolean();
      assertThat(safe && (route.keyed() || !route.method().equals("POST")))
          .as(route.path() + " is a POST that changes nothing")
          .isFalse();
      if (!safe && !route.keyed() && !route.method().equals("GET")) {
        neither.add(operation.get("operationId").textValue());
      }
    }
    assertThat(neither).isEqualTo(UNREPEATABLE);
  }

  @Test
  void everyListTellsHowItGoesOn() {
    for (Route route : Routes.ALL) {
      JsonNode operation = operation(route);
      JsonNode page = operation.path("x-perdura-page");
      JsonNode answer = schema(operation.at("/responses/200/content"));
      Set<String> inputs = inputs(operation);
      assertThat(inputs.contains("offset") || inputs.contains("before"))
          .as(route.path() + " has pages")
          .isEqualTo(!page.isMissingNode());
      if (page.isMissingNode()) {
        continue;
      }
      assertThat(inputs).as(route.path()).contains(page.get("by").textValue(), "limit");
      JsonNode items = answer.at("/properties/" + page.get("items").textValue());
      assertThat(items.path("type").asText()).as(route.path()).isEqualTo("array");
      if (page.has("key")) {
        assertThat(resolve(items.get("items")).get("properties").has(page.get("key").textValue()))
            .as(route.path())
            .isTrue();
      }
    }
  }

  private Set<String> inputs(JsonNode operation) {
    Set<String> names = new HashSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      names.add(resolve(parameter).get("name").textValue());
    }
    schema(operation.at("/requestBody/content"))
        .path("properties")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  private JsonNode schema(JsonNode content) {
    return resolve(content.at("/application~1json/schema"));
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
