package io.perdura.sdk.generator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The OpenAPI document: schemas by name, operations by id. */
final class Document {
  private static final String SCHEMA = "#/components/schemas/";

  /**
   * One operation.
   *
   * @param input schema of the request's body, missing when there is none
   * @param output schema of the JSON answer, missing when there is none
   * @param query schemas of its query parameters
   */
  record Operation(String id, JsonNode input, JsonNode output, Map<String, JsonNode> query) {}

  /** What an object has, the parts of an {@code allOf} put together. */
  record Shape(Map<String, JsonNode> properties, Set<String> required) {}

  private final JsonNode root;

  private Document(JsonNode root) {
    this.root = root;
  }

  static Document read(Path file) throws IOException {
    return new Document(new YAMLMapper().readTree(file.toFile()));
  }

  static Document of(String yaml) throws IOException {
    return new Document(new YAMLMapper().readTree(yaml));
  }

  Map<String, JsonNode> schemas() {
    Map<String, JsonNode> schemas = new LinkedHashMap<>();
    root.at("/components/schemas").properties().forEach(e -> schemas.put(e.getKey(), e.getValue()));
    return schemas;
  }

  Map<String, Operation> operations() {
    Map<String, Operation> operations = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        JsonNode operation = method.getValue();
        String id = operation.path("operationId").asText();
        operations.put(
            id,
            new Operation(
                id,
                operation.at("/requestBody/content/application~1json/schema"),
                output(operation.path("responses")),
                query(operation.path("parameters"))));
      }
    }
    return operations;
  }

  private static JsonNode output(JsonNode responses) {
    for (Map.Entry<String, JsonNode> response : responses.properties()) {
      if (response.getKey().startsWith("2")) {
        return response.getValue().at("/content/application~1json/schema");
      }
    }
    throw new IllegalArgumentException("an operation without a good answer: " + responses);
  }

  private static Map<String, JsonNode> query(JsonNode parameters) {
    Map<String, JsonNode> query = new LinkedHashMap<>();
    for (JsonNode parameter : parameters) {
      if (parameter.path("in").asText().equals("query")) {
        query.put(parameter.path("name").asText(), parameter.path("schema"));
      }
    }
    return query;
  }

  /** The name of the schema that this one refers to, null when it stands for itself. */
  static String reference(JsonNode schema) {
    String target = schema.path("$ref").asText();
    if (target.isEmpty()) {
      return null;
    }
    if (!target.startsWith(SCHEMA)) {
      throw new IllegalArgumentException("a reference to something else than a schema: " + target);
    }
    return target.substring(SCHEMA.length());
  }

  JsonNode schema(String name) {
    JsonNode schema = root.at("/components/schemas/" + name);
    if (schema.isMissingNode()) {
      throw new IllegalArgumentException("there is no schema " + name);
    }
    return schema;
  }

  Shape shape(JsonNode schema) {
    Shape shape = new Shape(new LinkedHashMap<>(), new LinkedHashSet<>());
    gather(schema, shape);
    return shape;
  }

  private void gather(JsonNode schema, Shape shape) {
    String reference = reference(schema);
    if (reference != null) {
      gather(schema(reference), shape);
      return;
    }
    schema.path("allOf").forEach(part -> gather(part, shape));
    schema
        .path("properties")
        .properties()
        .forEach(property -> shape.properties().put(property.getKey(), property.getValue()));
    schema.path("required").forEach(name -> shape.required().add(name.asText()));
  }
}
