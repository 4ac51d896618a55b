package io.perdura.control;

import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Issue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which part of a tenant's recent past is asked about; {@code scope} null = all of it. */
public record DiagnosticsRequest(String tenantId, String scope, int windowMinutes) {
  private static final int USUAL_WINDOW = 60;
  private static final int SHORTEST_WINDOW = 5;
  private static final int LONGEST_WINDOW = 1_440;
  private static final int LONGEST_SCOPE = 256;

  /** Reads and validates a query; unlike lists, it is refused when it is out of range. */
  public static DiagnosticsRequest read(String tenantId, Map<String, List<String>> query) {
    List<Issue> issues = new ArrayList<>();
    String scope = only(query, "scope");
    if (scope != null && (scope.isEmpty() || scope.length() > LONGEST_SCOPE)) {
      issues.add(new Issue("scope", "String must contain 1 to " + LONGEST_SCOPE + " characters"));
    }
    String window = only(query, "window_minutes");
    int minutes = USUAL_WINDOW;
    if (window != null) {
      minutes = window.strip().matches("\\d{1,9}") ? Integer.parseInt(window.strip()) : -1;
      if (minutes < SHORTEST_WINDOW || minutes > LONGEST_WINDOW) {
        issues.add(
            new Issue(
                "window_minutes",
                "must be a whole number from " + SHORTEST_WINDOW + " to " + LONGEST_WINDOW));
      }
    }
    if (!issues.isEmpty()) {
      throw new InvalidRequestException(issues);
    }
    return new DiagnosticsRequest(tenantId, scope, minutes);
  }

  private static String only(Map<String, List<String>> query, String name) {
    List<String> values = query.get(name);
    return values == null || values.size() != 1 ? null : values.get(0);
  }
}
