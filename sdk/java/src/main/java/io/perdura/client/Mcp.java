package io.perdura.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.client.model.McpParams;

/** The Model Context Protocol, a message at a time. */
public final class Mcp {
  private final Perdura client;

  Mcp(Perdura client) {
    this.client = client;
  }

  /**
   * Messages of the Model Context Protocol (streamable HTTP, without sessions): <code>mcp</code>.
   */
  public Call<JsonNode> send(Object message, McpParams params) {
    return client.call(Operation.MCP, JsonNode.class).body(message).query(Json.properties(params));
  }
}
