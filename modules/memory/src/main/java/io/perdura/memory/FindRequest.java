package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.AionisUri;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Viewer;
import java.util.Locale;
import java.util.UUID;

/** A search by exact filters, checked against the contract's schema (section 4.1). */
public final class FindRequest {
  private static final int MAX_LIMIT = 200;
  private static final int MAX_OFFSET = 200_000;

  final ScopeKey scope;
  final String uri;
  final UUID id;
  final String clientId;
  final String type;
  final String titleContains;
  final String textContains;
  final String memoryLane;
  final ObjectNode slotsContains;
  final Viewer viewer;
  final NodeView view;
  final int limit;
  final int offset;

  private FindRequest(Fields fields, Settings settings) {
    final String tenantId = fields.optString("tenant_id");
    final String scopeName = fields.optString("scope");
    uri = fields.optString("uri");
    final UUID ownId = fields.optUuid("id");
    clientId = filter("client_id", fields.optString("client_id", 0, Integer.MAX_VALUE));
    final String ownType = fields.optEnum("type", Graph.NODE_TYPES);
    titleContains =
        filter("title_contains", fields.optString("title_contains", 0, Integer.MAX_VALUE));
    textContains = filter("text_contains", fields.optString("text_contains", 0, Integer.MAX_VALUE));
    memoryLane = fields.optEnum("memory_lane", Graph.LANES);
    slotsContains = fields.optObject("slots_contains");
    viewer =
        Viewer.of(
            Faults.storable("consumer_agent_id", fields.optString("consumer_agent_id")),
            Faults.storable("consumer_team_id", fields.optString("consumer_team_id")));
    view = NodeView.read(fields);
    limit = fields.integer("limit", 1, MAX_LIMIT, 20);
    offset = fields.integer("offset", 0, MAX_OFFSET, 0);
    fields.throwIfInvalid();
    if (uri == null) {
      scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
      id = ownId;
      type = ownType;
    } else {
      AionisUri parsed = AionisUri.parse(uri, Graph.NODE_TYPES);
      String uriId = parsed.id().toLowerCase(Locale.ROOT);
      agree("tenant_id", parsed.tenant(), TextRules.trimToNull(orEmpty(tenantId)));
      agree("scope", parsed.scope(), scopeName == null ? null : TextRules.trim(scopeName));
      agree("type", parsed.type(), ownType);
      agree("id", uriId, ownId == null ? null : ownId.toString());
      scope = ScopeKey.resolve(parsed.tenant(), parsed.scope(), settings.defaults());
      id = UUID.fromString(uriId);
      type = parsed.type();
    }
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_aionis_uri} or {@code conflicting_filters}
   */
  public static FindRequest read(JsonNode body, Settings settings) {
    return new FindRequest(Fields.of(body), settings);
  }

  /** Where the search looks. */
  public ScopeKey scope() {
    return scope;
  }

  private static String filter(String field, String value) {
    return value == null ? null : Faults.storable(field, TextRules.trimToNull(value));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static void agree(String field, String uriValue, String requestValue) {
    if (requestValue != null && !requestValue.equals(uriValue)) {
      throw Faults.bad(
          "conflicting_filters",
          field + " differs from the one in uri",
          Jsons.object()
              .put("field", field)
              .put("uri_value", uriValue)
              .put("request_value", requestValue));
    }
  }

  /** The effective filters as the answer repeats them: all ten keys, null when unset. */
  ObjectNode filters() {
    ObjectNode filters =
        Jsons.object()
            .put("uri", uri)
            .put("id", id == null ? null : id.toString())
            .put("client_id", clientId)
            .put("type", type)
            .put("title_contains", titleContains)
            .put("text_contains", textContains)
            .put("memory_lane", memoryLane);
    filters.set("slots_contains", slotsContains);
    return filters
        .put("consumer_agent_id", viewer.agentId())
        .put("consumer_team_id", viewer.teamId());
  }
}
