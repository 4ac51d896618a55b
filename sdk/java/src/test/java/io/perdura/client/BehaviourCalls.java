package io.perdura.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.perdura.client.model.DecisionRequest;
import io.perdura.client.model.EventRequest;
import io.perdura.client.model.FindRequest;
import io.perdura.client.model.ListSessionEventsParams;
import io.perdura.client.model.ListTenantsParams;
import io.perdura.client.model.RecallTextRequest;
import io.perdura.client.model.SessionEvent;
import io.perdura.client.model.TenantInput;
import io.perdura.client.model.WriteRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The calls of the scenarios, made as a user of the client makes them. */
final class BehaviourCalls {
  static final Set<String> KEYS =
      Set.of("operation", "body", "params", "idempotency_key", "all_pages", "cancel_after_ms");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Perdura client;

  BehaviourCalls(Perdura client) {
    this.client = client;
  }

  Call<?> call(JsonNode call) {
    Call<?> made = make(call);
    if (call.has("idempotency_key")) {
      made.idempotencyKey(call.get("idempotency_key").asText());
    }
    return made;
  }

  private Call<?> make(JsonNode call) {
    switch (call.path("operation").asText()) {
      case "write":
        return client.memory().write(body(call, WriteRequest.class));
      case "find":
        return client.memory().find(body(call, FindRequest.class));
      case "recallText":
        return client.memory().recallText(body(call, RecallTextRequest.class));
      case "appendEvent":
        return client.sessions().append(body(call, EventRequest.class));
      case "toolDecision":
        return client.tools().decision(body(call, DecisionRequest.class));
      case "listTenants":
        return client.admin().tenants().list(new ListTenantsParams());
      case "putTenant":
        return client.admin().tenants().put(body(call, TenantInput.class));
      default:
        throw new IllegalArgumentException("the runner does not know the operation of " + call);
    }
  }

  /** Ids of everything on all pages. */
  List<String> allIds(JsonNode call) {
    if (!call.path("operation").asText().equals("listSessionEvents")) {
      throw new IllegalArgumentException("the runner does not know the pages of " + call);
    }
    JsonNode params = call.path("params");
    return client
        .sessions()
        .allEvents(
            params.path("session_id").asText(),
            new ListSessionEventsParams().limit(params.path("limit").asInt()))
        .stream()
        .map(SessionEvent::getId)
        .collect(Collectors.toList());
  }

  private static <T> T body(JsonNode call, Class<T> type) {
    return JSON.convertValue(call.get("body"), type);
  }
}
