package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;

/** The wish to create a session, checked against the contract's schema (section 6.1). */
public final class SessionRequest {
  final ScopeKey scope;
  final String sessionId;
  private final SessionFields fields;
  private final Settings settings;

  private SessionRequest(Fields body, Settings settings) {
    this.settings = settings;
    sessionId = SessionFields.sessionId(body);
    fields = new SessionFields(body, "session_api", false);
    body.throwIfInvalid();
    scope = fields.resolve(settings);
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static SessionRequest read(JsonNode body, Settings settings) {
    return new SessionRequest(Fields.of(body), settings);
  }

  /** Where the session lives. */
  public ScopeKey scope() {
    return scope;
  }

  /** Returns the write that creates the session: one topic. */
  WriteRequest toWrite() {
    String title = fields.title == null ? "Session " + sessionId : fields.title;
    ObjectNode body =
        fields.write(
            scope, fields.inputText == null ? "create session " + sessionId : fields.inputText);
    SessionFields.Owner owner = fields.owner().withLane();
    owner.put(body);
    ObjectNode slots = Jsons.object().put("system_kind", "session").put("session_id", sessionId);
    if (fields.metadata != null) {
      slots.setAll(fields.metadata);
    }
    body.putArray("nodes")
        .addObject()
        .put("client_id", SessionNames.session(sessionId))
        .put("type", "topic")
        .put("title", title)
        .put("text_summary", fields.textSummary == null ? title : fields.textSummary)
        .set("slots", slots);
    return WriteRequest.read(body, settings);
  }
}
