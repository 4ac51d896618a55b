package io.perdura.sdk.generator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes one class or enum with what it has inside. */
final class ClassSource {
  static final String PACKAGE = "io.perdura.client.model";

  /** A value is not shown in toString: it would end in logs. */
  private static final Pattern SECRET =
      Pattern.compile(".*(secret|token|password|api_key|credential)$");

  private static final Map<String, String> PRIMITIVES =
      Map.of("Integer", "int", "Long", "long", "Double", "double", "Boolean", "boolean");

  private record Field(String json, String name, String type, boolean required, String comment) {
    String getter() {
      String getter = "get" + Names.type(json);
      return getter.equals("getClass") ? "getClass_" : getter;
    }
  }

  private final Models models;
  private final String name;
  private final StringBuilder out = new StringBuilder();
  private final Map<String, String> nested = new LinkedHashMap<>();

  ClassSource(Models models, String name) {
    this.models = models;
    this.name = name;
  }

  String write(Document.Shape shape, String description, boolean inside) {
    List<Field> fields = fields(shape);
    if (!inside) {
      head();
    }
    comment("", description.isBlank() ? "Part of the API: " + name + "." : description);
    line("%s@JsonAutoDetect(", "");
    line("    fieldVisibility = JsonAutoDetect.Visibility.NONE,");
    line("    getterVisibility = JsonAutoDetect.Visibility.NONE,");
    line("    isGetterVisibility = JsonAutoDetect.Visibility.NONE)");
    line("@JsonInclude(JsonInclude.Include.NON_NULL)");
    line("@Generated(\"openapi.yaml\")");
    line("public %sfinal class %s {", inside ? "static " : "", name);
    for (Field field : fields) {
      line("  @JsonProperty(\"%s\")", field.json());
      line("  private %s %s;", field.type(), field.name());
      line("");
    }
    line("  @JsonAnySetter @JsonAnyGetter");
    line("  private final Map<String, Object> additional_ = new LinkedHashMap<>();");
    line("");
    line("  /** Nothing is set. */");
    line("  public %s() {}", name);
    fields.forEach(this::accessors);
    comment("  ", "What was sent beside the properties above, by a server that is newer.");
    line("  public Map<String, Object> additional() {");
    line("    return additional_;");
    line("  }");
    identity(fields);
    nested.values().forEach(source -> line("\n%s", source.indent(2).stripTrailing()));
    line("}");
    return out.toString();
  }

  private List<Field> fields(Document.Shape shape) {
    List<Field> fields = new ArrayList<>();
    shape
        .properties()
        .forEach((json, schema) ->
            fields.add(
                new Field(
                    json,
                    Names.field(json),
                    models.type(schema, Names.type(json), this::nest),
                    shape.required().contains(json),
                    schema.path("description").asText())));
    return fields;
  }

  private String nest(String wanted, JsonNode schema) {
    String free = wanted.equals(name) ? wanted + "Value" : wanted;
    String source =
        Models.isEnum(schema)
            ? enumeration(free, Models.values(schema), schema.path("description").asText(), true)
            : new ClassSource(models, free)
                .write(models.shape(schema), schema.path("description").asText(), true);
    String known = nested.putIfAbsent(free, source);
    if (known != null && !known.equals(source)) {
      throw new IllegalArgumentException("two types inside " + name + " want the name " + free);
    }
    return free;
  }

  private void head() {
    line("// Made by the build from the OpenAPI document. Changes are lost.");
    line("package %s;", PACKAGE);
    line("");
    for (String type :
        new String[] {
          "AnyGetter", "AnySetter", "AutoDetect", "Creator", "Include", "Property", "Value"
        }) {
      line("import com.fasterxml.jackson.annotation.Json%s;", type);
    }
    for (String type : new String[] {"Arrays", "LinkedHashMap", "List", "Map"}) {
      line("import java.util.%s;", type);
    }
    line("import javax.annotation.processing.Generated;");
    line("");
  }

  private void accessors(Field field) {
    String comment =
        field.comment().isBlank() ? "The property " + field.json() + "." : field.comment();
    line("");
    comment("  ", comment);
    line("  public %s %s() {", field.type(), field.getter());
    line("    return %s;", field.name());
    line("  }");
    line("");
    comment("  ", (field.required() ? "Required. " : "") + comment);
    String taken = PRIMITIVES.getOrDefault(field.type(), field.type());
    line("  public %s %s(%s %s) {", name, field.name(), taken, field.name());
    line("    this.%s = %s;", field.name(), field.name());
    line("    return this;");
    line("  }");
    line("");
  }

  private void identity(List<Field> fields) {
    line("");
    line("  private List<Object> fields_() {");
    StringBuilder values = new StringBuilder();
    fields.forEach(field -> values.append(field.name()).append(", "));
    line("    return Arrays.asList(%sadditional_);", values);
    line("  }");
    line("");
    line("  @Override");
    line("  public boolean equals(Object other) {");
    line("    return other instanceof %s && fields_().equals(((%s) other).fields_());", name, name);
    line("  }");
    line("");
    line("  @Override");
    line("  public int hashCode() {");
    line("    return fields_().hashCode();");
    line("  }");
    line("");
    line("  @Override");
    line("  public String toString() {");
    StringBuilder text = new StringBuilder("\"" + name + "{\"");
    for (Field field : fields) {
      String shown =
          SECRET.matcher(field.json()).matches()
              ? "(" + field.name() + " == null ? null : \"***\")"
              : field.name();
      text.append("\n        + \"")
          .append(field.json())
          .append("=\" + ")
          .append(shown)
          .append(" + \", \"");
    }
    line("    return %s\n        + additional_.keySet() + \"}\";", text);
    line("  }");
  }

  static String enumeration(
      String name, Map<String, String> values, String description, boolean inside) {
    ClassSource source = new ClassSource(null, name);
    if (!inside) {
      source.head();
    }
    source.comment("", description.isBlank() ? "Part of the API: " + name + "." : description);
    source.line("@Generated(\"openapi.yaml\")");
    source.line("public enum %s {", name);
    values.forEach((constant, value) ->
        source.line("  /** %s */\n  %s(\"%s\"),", Names.comment(value), constant, value));
    source.line("  /** A value that this version does not know. */");
    source.line("  UNRECOGNIZED(null);");
    source.line("");
    source.line("  private final String value;");
    source.line("");
    source.line("  %s(String value) {\n    this.value = value;\n  }", name);
    source.line("");
    source.comment("  ", "As it is written in JSON; null of UNRECOGNIZED.");
    source.line("  @JsonValue\n  public String value() {\n    return value;\n  }");
    source.line("");
    source.comment("  ", "The constant of a value of JSON.");
    source.line("  @JsonCreator\n  public static %s of(String value) {", name);
    source.line(
        "    return Arrays.stream(values()).filter(one -> value.equals(one.value)).findFirst().orElse(UNRECOGNIZED);");
    source.line("  }");
    source.line("}");
    return source.out.toString();
  }

  private void comment(String indent, String text) {
    line("%s/** %s */", indent, Names.comment(text));
  }

  @SuppressWarnings("AnnotateFormatMethod") // every format is a constant of this class
  private void line(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(format, values)).append('\n');
  }
}
