package io.perdura.cli.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class McpEndpointTest {
  @Test
  void withoutAWordItIsTheLocalServer() {
    McpEndpoint endpoint = of(null, Map.of());
    assertThat(endpoint.uri()).isEqualTo(URI.create("http://localhost:3001/mcp"));
    assertThat(endpoint.headers()).isEmpty();
    assertThat(endpoint.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(of(null, Map.of("PORT", "4000")).uri().getPort()).isEqualTo(4000);
  }

  @Test
  void theEnvironmentOfTheContractIsRead() {
    McpEndpoint endpoint =
        of(
            null,
            Map.of(
                "AIONIS_BASE_URL", "https://memory.example.com/base/",
                "AIONIS_SCOPE", "a b&c",
                "AIONIS_ADMIN_TOKEN", "admin",
                "AIONIS_API_KEY", " key ",
                "AIONIS_AUTH_BEARER", "token",
                "AIONIS_TIMEOUT_MS", "1500",
                "AIONIS_MAX_TOOL_TEXT_CHARS", "99"));
    assertThat(endpoint.uri())
        .hasToString("https://memory.example.com/base/mcp?scope=a%20b%26c&max_text_chars=99");
    assertThat(endpoint.headers())
        .isEqualTo(
            Map.of("x-api-key", "key", "x-admin-token", "admin", "authorization", "Bearer token"));
    assertThat(endpoint.timeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(of(null, Map.of("AIONIS_AUTH_BEARER", "bearer t")).headers())
        .containsEntry("authorization", "bearer t");
  }

  @Test
  void theCommandLineWins() {
    McpEndpoint endpoint =
        McpEndpoint.of(
            new McpEndpoint.Wishes(
                URI.create("http://[::1]:9/mcp?x=1"), "file", "s", "ada", "ops", true),
            Environment.of(
                Map.of(
                    "AIONIS_BASE_URL", "http://other",
                    "AIONIS_API_KEY", "environment",
                    "AIONIS_SCOPE", "t",
                    "PERDURA_MCP_AGENT_ID", "bob"),
                Map.of()));
    assertThat(endpoint.uri())
        .hasToString("http://[::1]:9/mcp?x=1&scope=s&agent_id=ada&team_id=ops&tools=all");
    assertThat(endpoint.headers()).isEqualTo(Map.of("x-api-key", "file"));
    assertThat(endpoint.shown()).isEqualTo("http://[::1]:9/mcp");
  }

  @Test
  void whatCannotWorkIsSaidAtOnce() {
    for (String url : List.of("localhost:3001", "ftp://host", "http://", "http://u:p@host", "x")) {
      refuses(Map.of("AIONIS_BASE_URL", url));
    }
    refuses(Map.of("AIONIS_BASE_URL", "http://ho st"));
    refuses(Map.of("AIONIS_TIMEOUT_MS", "0"));
    refuses(Map.of("AIONIS_TIMEOUT_MS", "soon"));
    assertThatThrownBy(() -> of(null, Map.of("AIONIS_API_KEY", "a\nsecret")))
        .isInstanceOf(Trouble.class)
        .hasMessageNotContaining("secret");
  }

  private static void refuses(Map<String, String> environment) {
    assertThatThrownBy(() -> of(null, environment))
        .as(environment.toString())
        .isInstanceOf(Trouble.class);
  }

  private static McpEndpoint of(URI url, Map<String, String> environment) {
    return McpEndpoint.of(
        new McpEndpoint.Wishes(url, null, null, null, null, false),
        Environment.of(environment, Map.of()));
  }
}
