package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Makes the call that a tool stands for. */
@FunctionalInterface
interface ToolPort {
  /** What the API answered: status and body, as over HTTP. */
  record Answer(int status, JsonNode body) {}

  Answer call(McpTool tool, ObjectNode body, McpCall call);
}
