package io.perdura.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The client and the OpenAPI document say the same, in both directions. */
class OperationsTest {
  private final JsonNode document = read();
  private final Map<String, JsonNode> operations = new TreeMap<>();
  private final Map<String, String> lines = new TreeMap<>();

  OperationsTest() {
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(method -> {
                  String id = method.getValue().path("operationId").asText();
                  operations.put(id, method.getValue());
                  lines.put(
                      id, method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }));
  }

  private static JsonNode read() {
    try {
      return new YAMLMapper()
          .readTree(new File("../../modules/api/src/main/resources/META-INF/openapi.yaml"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyOperationOfTheDocumentIsInTheTableAndNoOther() {
    Map<String, String> table = new TreeMap<>();
    for (Operation operation : Operation.values()) {
      table.put(operation.id(), operation.method() + " " + operation.path());
    }
    assertThat(table).isEqualTo(lines).isNotEmpty();
  }

  @Test
  void theTableKnowsWhichOperationsTakeAKeyAndWhichAreReads() {
    for (Operation operation : Operation.values()) {
      boolean keyed = refers(operation, "IdempotencyKey");
      assertThat(operation.safety() == Operation.Safety.KEYED).as(operation.id()).isEqualTo(keyed);
      boolean read =
          operation.method().equals("GET") || operations.get(operation.id()).has("x-perdura-safe");
      assertThat(operation.safety() == Operation.Safety.READ).as(operation.id()).isEqualTo(read);
    }
  }

  @Test
  void theTableKnowsWhatTheClientMayFillIn() {
    for (Operation operation : Operation.values()) {
      String id = operation.id();
      JsonNode described = operations.get(id);
      boolean admin =
          described.path("security").path(0).has("adminToken") || refers(operation, "AdminToken");
      assertThat(operation.takes(Operation.Default.ADMIN)).as(id).isEqualTo(admin);
      assertThat(operation.takes(Operation.Default.TENANT_HEADER))
          .as(id)
          .isEqualTo(refers(operation, "Tenant"));
      // A pack names its own tenant and scope, and a replay may be of all tenants.
      boolean own = id.equals("importPack") || id.equals("replayIncidentPublish");
      assertThat(operation.takes(Operation.Default.SCOPE_BODY))
          .as(id)
          .isEqualTo(mayName(described, "scope") && !own);
      assertThat(operation.takes(Operation.Default.TENANT_BODY))
          .as(id)
          .isEqualTo(mayName(described, "tenant_id") && !own && !refers(operation, "Tenant"));
    }
  }

  private boolean refers(Operation operation, String parameter) {
    for (JsonNode one : operations.get(operation.id()).path("parameters")) {
      if (one.path("$ref").asText().endsWith("/" + parameter)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayName(JsonNode operation, String property) {
    JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
    return has(schema, property) && !requires(schema, property);
  }

  private boolean has(JsonNode schema, String property) {
    JsonNode whole = resolved(schema);
    boolean here = whole.path("properties").has(property);
    for (JsonNode part : whole.path("allOf")) {
      here |= has(part, property);
    }
    return here;
  }

  private boolean requires(JsonNode schema, String property) {
    for (JsonNode name : resolved(schema).path("required")) {
      if (name.asText().equals(property)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode resolved(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? schema : document.at(reference.substring(1));
  }

  @Test
  void everyOperationIsReachedByOneMethodWithItsTypes() throws Exception {
    FakeTransport transport = new FakeTransport();
    Perdura client =
        Perdura.builder()
            .baseUrl("http://perdura.test")
            .adminToken("t")
            .transport(transport)
            .build();
    Map<String, String> reached = new TreeMap<>();
    for (Object group : groups(client)) {
      for (Method method : group.getClass().getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && method.getReturnType() == Call.class) {
          Call<?> call = (Call<?>) method.invoke(group, samples(method));
          call.send();
          String id = call.operation().id();
          String where = group.getClass().getSimpleName() + "." + method.getName();
          assertThat(reached.put(id, where)).as("twice: " + id).isNull();
          assertThat(described(method)).as(where).isEqualTo(expected(id));
        }
      }
    }
    assertThat(reached.keySet()).isEqualTo(operations.keySet());
    assertThat(transport.requests()).hasSameSizeAs(operations.entrySet());
  }

  @Test
  void everyListThatGoesOnHasAMethodForAllOfIt() throws Exception {
    Perdura client = Perdura.builder().transport(new FakeTransport()).build();
    long pages = 0;
    for (Object group : groups(client)) {
      for (Method method : group.getClass().getDeclaredMethods()) {
        pages += method.getReturnType() == Paged.class ? 1 : 0;
      }
    }
    long described = operations.values().stream().filter(one -> one.has("x-perdura-page")).count();
    assertThat(pages).isEqualTo(described).isPositive();
  }

  private static List<Object> groups(Perdura client) throws Exception {
    List<Object> groups = new ArrayList<>();
    for (Object parent : List.of(client, client.admin())) {
      for (Method method : parent.getClass().getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers())
            && !Modifier.isStatic(method.getModifiers())
            && method.getParameterCount() == 0) {
          groups.add(method.invoke(parent));
        }
      }
    }
    return groups;
  }

  private static Object[] samples(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(type -> {
          try {
            return type == String.class
                ? "x"
                : type == Object.class ? Map.of() : type.getDeclaredConstructor().newInstance();
          } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
          }
        })
        .toArray();
  }

  /** Names of the types of the body, the query and the answer. */
  private static List<String> described(Method method) {
    String body = "";
    String query = "";
    for (Class<?> type : method.getParameterTypes()) {
      if (type.getSimpleName().endsWith("Params")) {
        query = type.getSimpleName();
      } else if (type != String.class) {
        body = type.getSimpleName();
      }
    }
    Type answer = ((ParameterizedType) method.getGenericReturnType()).getActualTypeArguments()[0];
    String name = answer instanceof Class ? ((Class<?>) answer).getSimpleName() : "Map";
    return List.of(body, query, name);
  }

  private List<String> expected(String id) {
    JsonNode operation = operations.get(id);
    String name = Character.toUpperCase(id.charAt(0)) + id.substring(1);
    JsonNode body = operation.path("requestBody");
    boolean query = false;
    for (JsonNode parameter : operation.path("parameters")) {
      query |= parameter.path("in").asText().equals("query");
    }
    return List.of(
        body.isMissingNode() ? "" : type(body.path("content"), name + "Request", "Object"),
        query ? name + "Params" : "",
        type(good(operation).path("content"), name + "Answer", "JsonNode"));
  }

  private static JsonNode good(JsonNode operation) {
    for (Map.Entry<String, JsonNode> response : operation.path("responses").properties()) {
      if (response.getKey().startsWith("2")) {
        return response.getValue();
      }
    }
    throw new AssertionError(operation);
  }

  private String type(JsonNode content, String inline, String untold) {
    if (content.has("text/plain") || content.has("application/yaml")) {
      return "String";
    }
    JsonNode schema = content.path("application/json").path("schema");
    if (schema.isMissingNode()) {
      return untold;
    }
    String reference = schema.path("$ref").asText();
    if (!reference.isEmpty()) {
      JsonNode target = resolved(schema);
      return target.has("properties") || target.has("allOf")
          ? reference.substring(reference.lastIndexOf('/') + 1)
          : target.has("oneOf") ? untold : "Map";
    }
    return schema.has("properties") ? inline : "Map";
  }
}
