package io.perdura.cli.mcp;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.kernel.AionisUri;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The server that messages go to, and what goes with each of them.
 *
 * @param uri address of its MCP endpoint, with what the user configured in the query
 * @param headers credentials
 * @param timeout how long one message may take
 */
record McpEndpoint(URI uri, Map<String, String> headers, Duration timeout) {
  private static final int DEFAULT_PORT = 3001;
  private static final int DEFAULT_TIMEOUT_MS = 10_000;
  private static final int LONGEST_TIMEOUT_MS = 600_000;
  private static final String PATH = "/mcp";

  /**
   * What the command line says; null where it says nothing and the environment decides.
   *
   * @param key an API key, as it was read from its file
   */
  record Wishes(URI url, String key, String scope, String agent, String team, boolean everyTool) {}

  static McpEndpoint of(Wishes wishes, Environment environment) {
    List<String> query = new ArrayList<>();
    add(query, "scope", wishes.scope(), environment, "AIONIS_SCOPE");
    add(query, "agent_id", wishes.agent(), environment, "PERDURA_MCP_AGENT_ID");
    add(query, "team_id", wishes.team(), environment, "PERDURA_MCP_TEAM_ID");
    add(query, "max_text_chars", null, environment, "AIONIS_MAX_TOOL_TEXT_CHARS");
    if (wishes.everyTool()) {
      query.add("tools=all");
    }
    URI base = wishes.url() == null ? base(environment) : wishes.url();
    return new McpEndpoint(
        uri(base, String.join("&", query)),
        headers(wishes.key(), environment),
        timeout(environment));
  }

  /** The address without what the user configured, for messages. */
  String shown() {
    return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }

  private static void add(
      List<String> query, String name, String wish, Environment environment, String variable) {
    String value = wish != null ? wish : environment.get(variable).map(String::trim).orElse(null);
    if (value != null && !value.isBlank()) {
      query.add(name + "=" + AionisUri.encode(value));
    }
  }

  private static URI base(Environment environment) {
    String local = "http://localhost:" + environment.port("PORT", DEFAULT_PORT);
    String text = environment.get("AIONIS_BASE_URL", local).trim();
    try {
      return new URI(text);
    } catch (java.net.URISyntaxException e) {
      throw new Trouble("AIONIS_BASE_URL is not an address: " + text, e);
    }
  }

  /** Takes the address of a server as well as that of its endpoint. */
  private static URI uri(URI base, String query) {
    boolean web = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
    if (!web || base.getHost() == null || base.getRawUserInfo() != null) {
      throw new Trouble(
          "The server's address must be like http://localhost:3001, not " + base + ".");
    }
    String path = base.getRawPath().replaceAll("/+$", "");
    String all =
        base.getRawQuery() == null
            ? query
            : base.getRawQuery() + (query.isEmpty() ? "" : "&" + query);
    return URI.create(
        base.getScheme()
            + "://"
            + base.getRawAuthority()
            + (path.endsWith(PATH) ? path : path + PATH)
            + (all.isEmpty() ? "" : "?" + all));
  }

  private static Map<String, String> headers(String key, Environment environment) {
    Map<String, String> headers = new LinkedHashMap<>();
    String apiKey =
        key != null
            ? key
            : environment
                .get("AIONIS_API_KEY")
                .or(() -> environment.get("PERDURA_API_KEY"))
                .orElse(null);
    put(headers, "x-api-key", apiKey);
    put(headers, "x-admin-token", environment.get("AIONIS_ADMIN_TOKEN").orElse(null));
    environment
        .get("AIONIS_AUTH_BEARER")
        .map(String::trim)
        .ifPresent(token -> put(headers, "authorization", bearer(token)));
    return headers;
  }

  private static String bearer(String token) {
    return token.regionMatches(true, 0, "Bearer ", 0, 7) ? token : "Bearer " + token;
  }

  private static void put(Map<String, String> headers, String name, String value) {
    if (value == null) {
      return;
    }
    String trimmed = value.trim();
    if (!trimmed.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new Trouble("The credential for " + name + " has characters that no header can carry.");
    }
    headers.put(name, trimmed);
  }

  private static Duration timeout(Environment environment) {
    String text = environment.get("AIONIS_TIMEOUT_MS", Integer.toString(DEFAULT_TIMEOUT_MS)).trim();
    try {
      int ms = Integer.parseInt(text);
      if (ms >= 1 && ms <= LONGEST_TIMEOUT_MS) {
        return Duration.ofMillis(ms);
      }
    } catch (NumberFormatException e) {
      throw new Trouble("AIONIS_TIMEOUT_MS must be a number of milliseconds, not " + text + ".", e);
    }
    throw new Trouble("AIONIS_TIMEOUT_MS must be from 1 to " + LONGEST_TIMEOUT_MS + ".");
  }
}
