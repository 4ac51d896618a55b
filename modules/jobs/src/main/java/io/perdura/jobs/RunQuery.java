package io.perdura.jobs;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Which runs to list.
 *
 * @param job null = of every job
 * @param state null = in every state
 * @param before only runs older than this one; null = from the newest
 */
record RunQuery(String job, String state, int limit, UUID before) {
  private static final int USUAL = 50;
  private static final int MOST = 500;

  /**
   * Reads a query strictly: what cannot be understood is refused, so that nobody takes a list for
   * another.
   *
   * @throws ApiException 400 {@code invalid_request}
   */
  static RunQuery read(Map<String, List<String>> query) {
    String state = text(query, "state");
    if (state != null && !JobRun.STATES.contains(state)) {
      throw refused(
          "state must be one of " + String.join(", ", JobRun.STATES.stream().sorted().toList()));
    }
    String before = text(query, "before");
    if (before != null && !Fields.UUID_GRAMMAR.matcher(before).matches()) {
      throw refused("before must be the id of a run");
    }
    return new RunQuery(
        text(query, "job"),
        state,
        limit(text(query, "limit")),
        before == null ? null : UUID.fromString(before));
  }

  private static int limit(String text) {
    if (text == null) {
      return USUAL;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw refusedBy(e);
    }
    throw refused("limit must be between 1 and " + MOST);
  }

  private static String text(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw refused(name + " must be given once");
    }
    return values.isEmpty() || values.getFirst().isBlank() ? null : values.getFirst().trim();
  }

  private static ApiException refused(String why) {
    return new ApiException(400, "invalid_request", why);
  }

  private static ApiException refusedBy(NumberFormatException cause) {
    ApiException refusal = refused("limit must be a whole number");
    refusal.initCause(cause);
    return refusal;
  }
}
