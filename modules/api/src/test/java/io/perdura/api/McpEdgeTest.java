package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a request to the MCP endpoint is checked for before its messages are read. */
class McpEdgeTest {
  private static final JsonNode RECALL_SCHEMA =
      McpTools.find("memory_recall_text", McpOptions.NONE)
          .orElseThrow()
          .definition()
          .get("inputSchema");

  @Test
  void pagesOfThisMachineAndNamedOnesAreWelcome() {
    McpOrigins origins =
        new McpOrigins(
            Settings.of(
                Map.of(
                    "PERDURA_MCP_ORIGINS",
                    "https://agents.example.com, https://b.example.com",
                    "CORS_ALLOW_ORIGINS",
                    "https://c.example.com")));
    for (String origin :
        List.of(
            "http://localhost",
            "http://localhost:6274",
            "https://127.0.0.1:8443",
            "http://[::1]:3000",
            "https://agents.example.com",
            "https://b.example.com",
            "https://c.example.com")) {
      origins.require(enumeration(origin));
    }
    origins.require(enumeration());
    for (String origin :
        List.of(
            "http://evil.example.com:3001",
            "https://agents.example.com.evil.com",
            "http://localhost.evil.com",
            "http://localhost@evil.com",
            "http://127.0.0.1.nip.io",
            "file://localhost",
            "null",
            "",
            "*",
            "http://%zz",
            "https://agents.example.com:444")) {
      refusesOrigin(origins, origin);
    }
    assertThatThrownBy(
            () -> origins.require(enumeration("http://localhost", "http://evil.example.com")))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void anyPageIsWelcomeOnlyWhereItIsSaidOfThisEndpoint() {
    refusesOrigin(
        new McpOrigins(Settings.of(Map.of("CORS_ALLOW_ORIGINS", "*"))), "http://evil.example.com");
    refusesOrigin(new McpOrigins(Settings.of(Map.of())), "http://evil.example.com");
    new McpOrigins(Settings.of(Map.of("PERDURA_MCP_ORIGINS", "*")))
        .require(enumeration("http://evil.example.com"));
  }

  @Test
  void theAcceptHeaderChoosesTheForm() {
    assertThat(form()).isEqualTo(McpForm.JSON);
    assertThat(form("*/*")).isEqualTo(McpForm.JSON);
    assertThat(form("application/json, text/event-stream")).isEqualTo(McpForm.JSON);
    assertThat(form("text/event-stream, application/json")).isEqualTo(McpForm.JSON);
    assertThat(form("text/event-stream")).isEqualTo(McpForm.EVENTS);
    assertThat(form("text/*")).isEqualTo(McpForm.EVENTS);
    assertThat(form("application/json;q=0.5, text/event-stream")).isEqualTo(McpForm.EVENTS);
    assertThat(form("application/json;q=0.5", "text/event-stream;q=1")).isEqualTo(McpForm.EVENTS);
    assertThat(form("*/*, application/json;q=0")).isEqualTo(McpForm.EVENTS);
    assertThat(form("application/json;q=high")).isEqualTo(McpForm.JSON);
    for (String accept : List.of("text/html", "", ";;,,", "application/json;q=0")) {
      assertThatThrownBy(() -> form(accept))
          .as(accept)
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(406));
    }
  }

  @Test
  void optionsOfTheAddressAreChecked() {
    assertThat(McpOptions.of(null)).isEqualTo(McpOptions.NONE);
    assertThat(McpOptions.of("scope=+&x=1")).isEqualTo(McpOptions.NONE);
    assertThat(McpOptions.of("tools=all&max_text_chars=9"))
        .isEqualTo(new McpOptions(null, null, null, true, 9));
    for (String query :
        List.of("tools=some", "max_text_chars=0", "max_text_chars=x", "max_text_chars=1000001")) {
      assertThatThrownBy(() -> McpOptions.of(query))
          .as(query)
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void numbersMayComeAsTexts() {
    McpArguments.Reading reading =
        read("{'query_text':'x','limit':'7','max_nodes':5.0,'min_edge_weight':' 0.25 ','x':1}");
    assertThat(reading.faults()).isEmpty();
    assertThat(reading.values().toString())
        .isEqualTo(
            "{'query_text':'x','limit':7,'max_nodes':5,'min_edge_weight':0.25}".replace('\'', '"'));
  }

  @Test
  void everyFaultOfTheArgumentsIsTold() {
    assertThat(
            read("{'limit':0,'neighborhood_hops':3,'max_nodes':1.5,'max_edges':'ten','min_edge_weight':true,"
                    + "'min_edge_confidence':'1e999999999','scope':7}")
                .faults())
        .containsExactlyInAnyOrder(
            "query_text is required",
            "limit must be from 1 to 200",
            "neighborhood_hops must be from 1 to 2",
            "max_nodes must be a whole number",
            "max_edges must be a number",
            "min_edge_weight must be a number",
            "min_edge_confidence must be a number",
            "scope must be a text");
    assertThat(read("{'query_text':' '}").faults()).containsExactly("query_text must not be blank");
    assertThat(read("[]").faults()).containsExactly("arguments must be an object");
    assertThat(read("{'query_text':'x','limit':null}").faults()).isEmpty();
  }

  @Test
  void everyToolHasARouteAndASchemaThatIsClosed() {
    for (McpTool tool : McpTools.of(McpOptions.of("tools=all"))) {
      assertThat(tool.route()).as(tool.name()).isNotNull();
      JsonNode schema = tool.definition().get("inputSchema");
      assertThat(schema.get("additionalProperties").booleanValue()).isFalse();
      schema
          .path("required")
          .forEach(name -> assertThat(schema.get("properties").has(name.textValue())).isTrue());
      assertThat(tool.shown("here").at("/inputSchema/properties/scope/default").textValue())
          .isEqualTo("here");
      assertThat(tool.definition().at("/inputSchema/properties/scope").has("default")).isFalse();
    }
  }

  private static McpArguments.Reading read(String arguments) {
    return McpArguments.read(RECALL_SCHEMA, Jsons.stored(arguments.replace('\'', '"')));
  }

  private static McpForm form(String... accept) {
    return McpForm.of(enumeration(accept));
  }

  private static java.util.Enumeration<String> enumeration(String... values) {
    return Collections.enumeration(List.of(values));
  }

  private static void refusesOrigin(McpOrigins origins, String origin) {
    assertThatThrownBy(() -> origins.require(enumeration(origin)))
        .as(origin)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
  }
}
