package io.perdura.cli;

import java.util.List;

/** The first thing to try against a server that just came up. */
final class FirstRequest {
  private FirstRequest() {}

  static List<String> lines(int port) {
    String base = "http://localhost:" + port + "/v1/memory/";
    return List.of(
        "",
        "Write a memory and ask for it:",
        "",
        "  curl -s " + base + "events -H 'content-type: application/json' -d \\",
        "    '{\"session_id\":\"first\",\"memory_lane\":\"shared\",\"input_text\":\"Ada keeps the spare key"
            + " under the blue flowerpot.\"}'",
        "  curl -s " + base + "recall_text -H 'content-type: application/json' -d \\",
        "    '{\"query_text\":\"Where can I find a second key?\"}'",
        "",
        "Next: ./perdura demo shows recall across sessions and a restart; ./perdura status, logs, down.");
  }
}
