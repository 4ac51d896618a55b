package io.perdura.cli;

import io.perdura.cli.config.Environment;
import java.util.List;

/** The first thing to try against a server that just came up. */
final class FirstRequest {
  private FirstRequest() {}

  static List<String> lines(int port, Environment environment) {
    String credential = credential(environment);
    String base = "http://localhost:" + port + "/v1/memory/";
    return List.of(
        "",
        "Write a memory and ask for it:",
        "",
        "  curl -s " + base + "events" + credential + " -H 'content-type: application/json' -d \\",
        "    '{\"session_id\":\"first\",\"memory_lane\":\"shared\",\"input_text\":\"Ada keeps the spare key"
            + " under the blue flowerpot.\"}'",
        "  curl -s "
            + base
            + "recall_text"
            + credential
            + " -H 'content-type: application/json' -d \\",
        "    '{\"query_text\":\"Where can I find a second key?\"}'",
        "",
        "Next: ./perdura demo shows recall across sessions and a restart; ./perdura status, logs, down.");
  }

  /** What a caller has to show, with the variable to put it in; empty when nobody is asked. */
  private static String credential(Environment environment) {
    boolean exposed =
        environment.get("AIONIS_MODE").filter(mode -> !mode.equalsIgnoreCase("local")).isPresent();
    String mode = environment.get("MEMORY_AUTH_MODE", exposed ? "api_key" : "off");
    if (mode.equals("off")) {
      return "";
    }
    return mode.contains("api_key")
        ? " -H \"x-api-key: $KEY\""
        : " -H \"authorization: Bearer $TOKEN\"";
  }
}
