package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.util.UUID;

/**
 * The wish to append an event to a session, checked against the contract's schema (section 6.2).
 */
public final class EventRequest {
  final ScopeKey scope;
  final String sessionId;

  /** As sent and trimmed, or made up once for this request. */
  final String eventId;

  final SessionFields fields;
  private final double edgeWeight;
  private final double edgeConfidence;
  private final Settings settings;

  private EventRequest(Fields body, Settings settings) {
    this.settings = settings;
    sessionId = SessionFields.sessionId(body);
    String sent = TextRules.trimToNull(body.optString("event_id", 1, SessionFields.MAX_ID_LENGTH));
    fields = new SessionFields(body, "event_api", true);
    edgeWeight = orOne(body.optNumber("edge_weight", 0, 1));
    edgeConfidence = orOne(body.optNumber("edge_confidence", 0, 1));
    body.rule(fields.anyText, "must set text_summary, title, or input_text");
    body.throwIfInvalid();
    eventId = sent == null ? UUID.randomUUID().toString() : sent;
    scope = fields.resolve(settings);
  }

  /**
   * Reads a request body. A request without {@code event_id} gets a random one here, so a
   * repetition of the transaction appends the same event.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static EventRequest read(JsonNode body, Settings settings) {
    return new EventRequest(Fields.of(body), settings);
  }

  /** Where the session lives. */
  public ScopeKey scope() {
    return scope;
  }

  private static double orOne(Double value) {
    return value == null ? 1 : value;
  }

  /** The agent in whose name the event is appended, null when nobody is named. */
  String writerAgentId() {
    return fields.ownerAgentId != null ? fields.ownerAgentId : fields.producerAgentId;
  }

  /**
   * Returns the write that appends the event: the session's topic, the event and the edge between.
   *
   * @param owner lane and owners of both
   */
  WriteRequest toWrite(SessionFields.Owner owner) {
    String summary =
        firstOf(fields.textSummary, fields.inputText, fields.title, "session event " + eventId);
    ObjectNode body = fields.write(scope, fields.inputText == null ? summary : fields.inputText);
    owner.put(body);
    String sessionTitle = "Session " + sessionId;
    var nodes = body.putArray("nodes");
    nodes
        .addObject()
        .put("client_id", SessionNames.session(sessionId))
        .put("type", "topic")
        .put("title", sessionTitle)
        .put("text_summary", sessionTitle)
        .set("slots", Jsons.object().put("system_kind", "session").put("session_id", sessionId));
    ObjectNode slots =
        Jsons.object()
            .put("system_kind", "session_event")
            .put("session_id", sessionId)
            .put("event_id", eventId);
    if (fields.metadata != null) {
      slots.setAll(fields.metadata);
    }
    ObjectNode event =
        nodes
            .addObject()
            .put("client_id", SessionNames.event(sessionId, eventId))
            .put("type", "event")
            .put("text_summary", summary);
    if (fields.title != null) {
      event.put("title", fields.title);
    }
    event.set("slots", slots);
    ObjectNode edge = body.putArray("edges").addObject().put("type", "part_of");
    edge.putObject("src").put("client_id", SessionNames.event(sessionId, eventId));
    edge.putObject("dst").put("client_id", SessionNames.session(sessionId));
    edge.put("weight", edgeWeight).put("confidence", edgeConfidence);
    return WriteRequest.read(body, settings);
  }

  private static String firstOf(String... texts) {
    for (String text : texts) {
      if (text != null) {
        return text;
      }
    }
    return null;
  }
}
