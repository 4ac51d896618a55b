package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The protocol's official Java client, set up with the configurations of docs/mcp.md, over HTTP and
 * over standard input and output.
 */
class McpClientIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Api api = SharedServer.get().api();
  private final String fact = "The fact of " + UUID.randomUUID() + ".";

  @Test
  void overHttpAsDocumented() throws IOException {
    JsonNode configuration = documented("url");
    URI url = URI.create(replaced(configuration.get("url").textValue()));
    worksWith(
        HttpClientStreamableHttpTransport.builder(api.toString())
            .endpoint(url.getRawPath() + "?" + url.getRawQuery())
            .httpRequestCustomizer((builder, method, endpoint, body, context) ->
                configuration
                    .get("headers")
                    .properties()
                    .forEach(
                        header -> builder.header(header.getKey(), header.getValue().textValue())))
            .build());
  }

  @Test
  void overHttpWhateverTheRevision() {
    for (String revision : List.of("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")) {
      try (McpSyncClient client =
          client(
              HttpClientStreamableHttpTransport.builder(api.toString())
                  .supportedProtocolVersions(List.of(revision))
                  .build())) {
        assertThat(client.initialize().protocolVersion()).isEqualTo(revision);
        assertThat(client.listTools().tools()).hasSize(2);
      }
    }
  }

  @Test
  void overStandardInputAndOutputAsDocumented() throws IOException {
    JsonNode configuration = documented("command");
    List<String> arguments = new ArrayList<>();
    configuration.get("args").forEach(argument -> arguments.add(replaced(argument.textValue())));
    Map<String, String> environment = new TreeMap<>();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    configuration
        .get("env")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().textValue()));
    assertThat(configuration.get("command").textValue()).endsWith("/bin/perdura");
    worksWith(
        new StdioClientTransport(
            ServerParameters.builder(RelayProcess.launcher())
                .args(arguments)
                .env(environment)
                .build(),
            McpJsonDefaults.getMapper()));
  }

  private void worksWith(McpClientTransport transport) {
    try (McpSyncClient client = client(transport)) {
      McpSchema.InitializeResult initialized = client.initialize();
      assertThat(initialized.serverInfo().name()).isEqualTo("aionis-memory-graph");
      client.ping();
      assertThat(client.listTools().tools())
          .extracting(McpSchema.Tool::name)
          .containsExactly("memory_remember", "memory_recall_text");
      McpSchema.CallToolResult remembered = call(client, "memory_remember", Map.of("text", fact));
      assertThat(text(remembered)).startsWith("Remembered this event.");
      Poll.until(
          "it is recalled",
          LIMIT,
          () ->
              text(call(client, "memory_recall_text", Map.of("query_text", fact, "limit", 20)))
                  .contains(fact));
      McpSchema.CallToolResult wrong =
          call(client, "memory_recall_text", Map.of("query_text", fact, "limit", 0));
      assertThat(wrong.isError()).isTrue();
      assertThat(text(wrong)).isEqualTo("invalid_args: limit must be from 1 to 200");
    }
    JsonNode found =
        api.post(
                "/v1/memory/find",
                "{\"text_contains\":\"" + fact + "\",\"consumer_agent_id\":\"my-agent\"}")
            .ok();
    assertThat(found.get("nodes")).hasSize(1);
  }

  private static McpSyncClient client(McpClientTransport transport) {
    return McpClient.sync(transport).requestTimeout(LIMIT).initializationTimeout(LIMIT).build();
  }

  private static McpSchema.CallToolResult call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    return client.callTool(new McpSchema.CallToolRequest(tool, arguments, null));
  }

  private static String text(McpSchema.CallToolResult result) {
    return ((McpSchema.TextContent) result.content().getFirst()).text();
  }

  private String replaced(String text) {
    return text.replace("http://localhost:3001", api.toString());
  }

  /** The server of the first configuration in the document that has {@code key}. */
  private static JsonNode documented(String key) throws IOException {
    String document = Files.readString(Path.of(System.getProperty("perdura.docs"), "mcp.md"));
    Matcher blocks = Pattern.compile("(?s)```json\n(.*?)```").matcher(document);
    while (blocks.find()) {
      JsonNode configured = Jsons.stored(blocks.group(1)).at("/mcpServers/perdura");
      if (configured.has(key)) {
        return configured;
      }
    }
    throw new AssertionError("docs/mcp.md has no configuration with " + key);
  }
}
