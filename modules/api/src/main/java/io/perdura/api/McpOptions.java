package io.perdura.api;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import java.util.List;
import java.util.Map;

/**
 * What the address of the endpoint says for all calls of a client, as MCP clients let their users
 * configure little else: {@code /mcp?scope=...&agent_id=...}.
 *
 * @param scope where calls go that name none; null = the server's default
 * @param agentId who remembers and asks when a call does not say; null = nobody
 * @param teamId the team of it; null = none
 * @param everyTool whether Perdura's own tools are offered beside the contract's
 * @param maxText characters of a tool's answer; the rest is cut off
 */
record McpOptions(String scope, String agentId, String teamId, boolean everyTool, int maxText) {
  static final int DEFAULT_MAX_TEXT = 8_000;
  private static final int LARGEST_MAX_TEXT = 1_000_000;

  static final McpOptions NONE = new McpOptions(null, null, null, false, DEFAULT_MAX_TEXT);

  /**
   * Reads a query string; null when there is none.
   *
   * @throws ApiException 400 {@code invalid_request}
   */
  static McpOptions of(String queryString) {
    Map<String, List<String>> query = Query.parse(queryString);
    String tools = first(query, "tools");
    if (tools != null && !tools.equals("contract") && !tools.equals("all")) {
      throw invalid("tools", "tools must be contract or all");
    }
    return new McpOptions(
        first(query, "scope"),
        first(query, "agent_id"),
        first(query, "team_id"),
        "all".equals(tools),
        maxText(first(query, "max_text_chars")));
  }

  private static int maxText(String text) {
    if (text == null) {
      return DEFAULT_MAX_TEXT;
    }
    try {
      int wanted = Integer.parseInt(text);
      if (wanted >= 1 && wanted <= LARGEST_MAX_TEXT) {
        return wanted;
      }
    } catch (NumberFormatException e) {
      // told below, like a number out of range
    }
    throw invalid("max_text_chars", "max_text_chars must be from 1 to " + LARGEST_MAX_TEXT);
  }

  private static String first(Map<String, List<String>> query, String name) {
    return query.getOrDefault(name, List.of()).stream()
        .findFirst()
        .map(TextRules::trimToNull)
        .orElse(null);
  }

  private static ApiException invalid(String parameter, String message) {
    return ApiException.badRequest(
        "invalid_request", message, Jsons.object().put("parameter", parameter));
  }
}
