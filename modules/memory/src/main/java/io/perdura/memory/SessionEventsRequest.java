package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The wish to list a session's events: path and query, read by the contract's rules (6.3). */
public final class SessionEventsRequest {
  private static final Set<String> NUMBERS = Set.of("slots_preview_keys", "limit", "offset");
  private static final Set<String> FLAGS =
      Set.of("include_meta", "include_slots", "include_slots_preview");

  final ScopeKey scope;
  final String sessionId;
  final Viewer viewer;
  final NodeView view;
  final int limit;
  final int offset;

  private SessionEventsRequest(Fields fields, Settings settings) {
    sessionId = SessionFields.sessionId(fields);
    String tenantId = fields.optString("tenant_id");
    String scopeName = fields.optString("scope");
    // Not trimmed here, unlike in find and recall.
    viewer =
        new Viewer(
            Faults.storable("consumer_agent_id", fields.optString("consumer_agent_id")),
            Faults.storable("consumer_team_id", fields.optString("consumer_team_id")));
    view = NodeView.read(fields);
    limit = fields.integer("limit", 1, 200, 20);
    offset = fields.integer("offset", 0, 200_000, 0);
    fields.throwIfInvalid();
    scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
  }

  /**
   * Reads path and query.
   *
   * @param sessionId the decoded path segment
   * @param query decoded values by name, as sent
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static SessionEventsRequest read(
      String sessionId, Map<String, List<String>> query, Settings settings) {
    ObjectNode body = Jsons.object();
    query.forEach((name, values) -> put(body, name, values));
    body.put("session_id", sessionId);
    return new SessionEventsRequest(Fields.of(body), settings);
  }

  /** Where the session lives. */
  public ScopeKey scope() {
    return scope;
  }

  private static void put(ObjectNode body, String name, List<String> values) {
    if (values.isEmpty()) {
      return;
    }
    String value = values.getLast();
    if (FLAGS.contains(name)) {
      body.put(name, isTrue(value));
    } else if (values.size() > 1) {
      ArrayNode all = body.putArray(name);
      values.forEach(all::add);
    } else if (NUMBERS.contains(name)) {
      putNumber(body, name, value);
    } else {
      body.put(name, value);
    }
  }

  /** Both SDKs send {@code false}, and mean it (quirk Q21). */
  private static boolean isTrue(String value) {
    return !value.isEmpty() && !value.equalsIgnoreCase("false") && !value.equals("0");
  }

  /** An empty text is the number 0, as in ECMAScript; what is no number stays a text. */
  private static void putNumber(ObjectNode body, String name, String value) {
    try {
      String trimmed = value.trim();
      body.put(name, trimmed.isEmpty() ? 0 : Double.parseDouble(trimmed));
    } catch (NumberFormatException e) {
      body.put(name, value);
    }
  }
}
