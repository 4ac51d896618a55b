package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;

/**
 * A client's request to the MCP endpoint, as far as the calls in it need to know.
 *
 * @param request what was sent, with the client's credentials
 * @param options what its address says
 * @param anonymous whether the caller's credential names neither agent nor team
 * @param index place among several messages of one request; 0 when it is the only one
 */
record McpCall(HttpServletRequest request, McpOptions options, boolean anonymous, int index) {
  McpCall at(int place) {
    return new McpCall(request, options, anonymous, place);
  }

  /**
   * Completes the arguments of a tool with what the client's address says, and sees that private
   * memory has somebody who can read it again.
   */
  void complete(Route route, ObjectNode arguments, String fallbackAgent) {
    fill(arguments, "scope", options.scope());
    String agent = options.agentId();
    if (agent == null && options.teamId() == null && anonymous) {
      agent = fallbackAgent;
    }
    switch (route.identity()) {
      case PRODUCER -> completeProducer(arguments, agent);
      case CONSUMER, RECALL, PLANNER -> {
        if (!arguments.has("consumer_agent_id") && !arguments.has("consumer_team_id")) {
          fill(arguments, "consumer_agent_id", agent);
          fill(arguments, "consumer_team_id", options.teamId());
        }
      }
      default -> {} // rules and maintenance know the caller from its credential
    }
  }

  private void completeProducer(ObjectNode arguments, String agent) {
    boolean owned = arguments.has("owner_agent_id") || arguments.has("owner_team_id");
    boolean shared = arguments.path("memory_lane").asText().equals("shared");
    fill(arguments, "producer_agent_id", options.agentId());
    if (!owned && !shared) {
      fill(arguments, "owner_agent_id", agent);
      if (agent == null) {
        fill(arguments, "owner_team_id", options.teamId());
      }
    }
  }

  private static void fill(ObjectNode arguments, String name, String value) {
    if (value != null && !arguments.has(name)) {
      arguments.put(name, value);
    }
  }
}
