package io.perdura.sdk.generator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every type of the document as the source of a Java class. What it does not understand it refuses,
 * so that a new idiom in the document stops the build instead of making a type that says nothing.
 */
final class Models {
  private final Document document;
  private final Map<String, String> sources = new TreeMap<>();

  Models(Document document) {
    this.document = document;
  }

  /** Sources by the name of their class. */
  Map<String, String> sources() {
    document.schemas().forEach(this::topLevel);
    for (Document.Operation operation : document.operations().values()) {
      String name = Names.type(operation.id());
      inline(name + "Request", operation.input());
      inline(name + "Answer", operation.output());
      if (!operation.query().isEmpty()) {
        Document.Shape shape = new Document.Shape(operation.query(), Set.of());
        add(
            name + "Params",
            new ClassSource(this, name + "Params").write(shape, "Query parameters.", false));
      }
    }
    return sources;
  }

  private void inline(String name, JsonNode schema) {
    if (Document.reference(schema) == null) {
      topLevel(name, schema);
    }
  }

  private void topLevel(String name, JsonNode schema) {
    if (isEnum(schema)) {
      add(
          name,
          ClassSource.enumeration(
              name, values(schema), schema.path("description").asText(), false));
    } else if (isClass(schema)) {
      add(
          name,
          new ClassSource(this, name)
              .write(document.shape(schema), schema.path("description").asText(), false));
    }
  }

  private void add(String name, String source) {
    if (sources.put(name, source) != null) {
      throw new IllegalArgumentException("two types want the name " + name);
    }
  }

  /** Collects the classes and enums that a class has inside. */
  interface Nest {
    String add(String name, JsonNode schema);
  }

  /**
   * The Java type of a schema.
   *
   * @param name what a class of its own would be called
   */
  String type(JsonNode schema, String name, Nest nest) {
    String reference = Document.reference(schema);
    if (reference != null) {
      JsonNode target = document.schema(reference);
      return isEnum(target) || isClass(target) ? reference : type(target, name, nest);
    }
    if (isEnum(schema) || isClass(schema)) {
      return nest.add(name, schema);
    }
    if (schema.has("const")) {
      return constant(schema.get("const"));
    }
    List<String> types = types(schema);
    if (types.size() != 1) {
      return "Object";
    }
    return switch (types.get(0)) {
      case "string" -> "String";
      case "boolean" -> "Boolean";
      case "number" -> "Double";
      case "integer" -> schema.path("maximum").isInt() ? "Integer" : "Long";
      case "null" -> "Object";
      case "array" ->
          "List<"
              + (schema.has("items") ? type(schema.get("items"), name + "Item", nest) : "Object")
              + ">";
      case "object" -> {
        JsonNode values = schema.path("additionalProperties");
        yield "Map<String, "
            + (values.isObject() ? type(values, name + "Value", nest) : "Object")
            + ">";
      }
      default -> throw new IllegalArgumentException("an unknown type: " + schema);
    };
  }

  /** The types that a value can have, null aside; none when anything goes. */
  private static List<String> types(JsonNode schema) {
    List<String> types = new ArrayList<>();
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      return List.of(type.asText());
    }
    type.forEach(one -> {
      if (!one.asText().equals("null")) {
        types.add(one.asText());
      }
    });
    return types;
  }

  private static String constant(JsonNode value) {
    if (value.isTextual()) {
      return "String";
    }
    if (value.isBoolean()) {
      return "Boolean";
    }
    if (value.isIntegralNumber()) {
      return "Long";
    }
    throw new IllegalArgumentException("a constant of an unknown type: " + value);
  }

  static boolean isEnum(JsonNode schema) {
    return schema.has("enum");
  }

  static boolean isClass(JsonNode schema) {
    return schema.has("properties") || schema.has("allOf");
  }

  /** Values of an enum by the names of their constants. */
  static Map<String, String> values(JsonNode schema) {
    Map<String, String> values = new LinkedHashMap<>();
    for (JsonNode value : schema.get("enum")) {
      if (value.isNull()) {
        continue;
      }
      if (!value.isTextual()
          || values.put(Names.constant(value.asText()), value.asText()) != null) {
        throw new IllegalArgumentException("an enum that has no Java form: " + schema);
      }
    }
    return values;
  }

  Document.Shape shape(JsonNode schema) {
    return document.shape(schema);
  }
}
