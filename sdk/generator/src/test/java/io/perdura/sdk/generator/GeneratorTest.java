package io.perdura.sdk.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  private static final String DOCUMENT =
      """
      paths:
        /things/{id}:
          put:
            operationId: putThing
            parameters:
              - {name: dry_run, in: query, schema: {type: boolean}}
              - {name: id, in: path, schema: {type: string}}
            requestBody: {content: {application/json: {schema: {type: object, properties: {thing: {$ref: '#/components/schemas/Thing'}}}}}}
            responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
      components:
        schemas:
          Name: {type: string, minLength: 1}
          Colour: {enum: [red, dark-blue, '2nd', null]}
          Base: {type: object, required: [name], properties: {name: {$ref: '#/components/schemas/Name'}}}
          Thing:
            allOf:
              - {$ref: '#/components/schemas/Base'}
              - type: object
                properties:
                  colour: {$ref: '#/components/schemas/Colour'}
                  size_mm: {type: [integer, 'null']}
                  count: {type: integer, maximum: 10}
                  share: {type: number}
                  ok: {const: true}
                  anything: {description: 'Ends no */ comment, is no <tag>.'}
                  class: {type: string}
                  api_key: {type: string}
                  parts: {type: array, items: {type: object, properties: {deep: {enum: [a, b]}}}}
                  by_name: {type: object, additionalProperties: {type: integer}}
      """;

  @Test
  void everyIdiomBecomesAJavaType() throws IOException {
    Map<String, String> sources = new Models(Document.of(DOCUMENT)).sources();
    assertThat(sources)
        .containsOnlyKeys("Base", "Colour", "PutThingParams", "PutThingRequest", "Thing");
    assertThat(sources.get("Thing"))
        .contains("private String name;")
        .contains("/** Required. The property name. */")
        .contains("private Colour colour;")
        .contains("private Long sizeMm;")
        .contains("public Thing sizeMm(long sizeMm)")
        .contains("private Integer count;")
        .contains("private Double share;")
        .contains("private Boolean ok;")
        .contains("private Object anything;")
        .contains("Ends no *&#47; comment, is no &lt;tag&gt;.")
        .contains("@JsonProperty(\"class\")\n  private String class_;")
        .contains("public String getClass_()")
        .contains("private List<PartsItem> parts;")
        .contains("public static final class PartsItem")
        .contains("public enum Deep")
        .contains("private Map<String, Long> byName;")
        .contains("api_key=\" + (apiKey == null ? null : \"***\")");
    assertThat(sources.get("Colour"))
        .contains(
            "RED(\"red\")", "DARK_BLUE(\"dark-blue\")", "_2ND(\"2nd\")", "UNRECOGNIZED(null)");
    assertThat(sources.get("PutThingParams"))
        .contains("private Boolean dryRun;")
        .doesNotContain(" id;");
    assertThat(sources.get("PutThingRequest")).contains("private Thing thing;");
  }

  @Test
  void whatItDoesNotUnderstandItRefuses() {
    for (String schema :
        new String[] {
          "{type: colour}",
          "{const: 1.5}",
          "{enum: [1, 2]}",
          "{$ref: '#/components/responses/X'}",
          "{$ref: '#/components/schemas/Gone'}"
        }) {
      String document =
          "components: {schemas: {Thing: {type: object, properties: {a: " + schema + "}}}}";
      assertThatThrownBy(() -> new Models(Document.of(document)).sources())
          .as(schema)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void writesOnlyWhatChangedAndRemovesWhatIsGone(@TempDir Path directory) throws IOException {
    Path document = Files.writeString(directory.resolve("openapi.yaml"), DOCUMENT);
    Path out = directory.resolve("out");
    Generator.write(document, out);
    Path models = out.resolve("io/perdura/client/model");
    Path gone = Files.writeString(models.resolve("Gone.java"), "class Gone {}");
    FileTime early = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(models.resolve("Thing.java"), early);
    Files.writeString(models.resolve("Base.java"), "edited");
    Generator.write(document, out);
    assertThat(gone).doesNotExist();
    assertThat(Files.getLastModifiedTime(models.resolve("Thing.java"))).isEqualTo(early);
    assertThat(models.resolve("Base.java")).content().contains("class Base");
  }
}
