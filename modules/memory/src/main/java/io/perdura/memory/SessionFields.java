package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;

/** What both session endpoints read alike. Texts and names are trimmed; blank ones are null. */
final class SessionFields {
  static final int MAX_ID_LENGTH = 128;
  private static final int MAX_TITLE_LENGTH = 512;
  private static final int MAX_SUMMARY_LENGTH = 4000;

  final String title;
  final String textSummary;
  final String inputText;
  final ObjectNode metadata;
  final String ownerAgentId;
  final String ownerTeamId;
  final String producerAgentId;
  final String memoryLane;

  /** At least one of title, summary and input text was sent, if only as blanks. */
  final boolean anyText;

  private final String tenantId;
  private final String scopeName;
  private final String actor;
  private final boolean autoEmbed;

  /**
   * Lane and owners of what is written.
   *
   * @param lane null when the request names none
   */
  record Owner(String lane, String producerAgentId, String agentId, String teamId) {
    private boolean isNobody() {
      return producerAgentId == null && agentId == null && teamId == null;
    }

    /**
     * Fills in the lane: private, as everywhere, unless there is nobody who could ever read it;
     * such a session is shared.
     *
     * @throws io.perdura.kernel.ApiException 400 {@code private_session_without_owner} when the
     *     caller asked for the impossible (quirk Q19)
     */
    Owner withLane() {
      if (isNobody() && "private".equals(lane)) {
        throw Faults.bad(
            "private_session_without_owner",
            "a private session needs owner_agent_id, owner_team_id or producer_agent_id;"
                + " nobody could read it or append to it",
            Jsons.object().put("memory_lane", lane));
      }
      String effective = lane != null ? lane : isNobody() ? "shared" : "private";
      return new Owner(effective, producerAgentId, agentId, teamId);
    }

    void put(ObjectNode body) {
      body.put("memory_lane", lane);
      putIfSet(body, "producer_agent_id", producerAgentId);
      putIfSet(body, "owner_agent_id", agentId);
      putIfSet(body, "owner_team_id", teamId);
    }

    private static void putIfSet(ObjectNode body, String key, String value) {
      if (value != null) {
        body.put(key, value);
      }
    }
  }

  SessionFields(Fields body, String defaultActor, boolean defaultAutoEmbed) {
    String rawTitle = body.optString("title", 1, MAX_TITLE_LENGTH);
    String rawSummary = body.optString("text_summary", 1, MAX_SUMMARY_LENGTH);
    String rawInput = body.optString("input_text");
    anyText = rawTitle != null || rawSummary != null || rawInput != null;
    title = TextRules.trimToNull(rawTitle);
    textSummary = TextRules.trimToNull(rawSummary);
    inputText = TextRules.trimToNull(rawInput);
    metadata = body.optObject("metadata");
    String ownActor = body.optString("actor");
    actor = ownActor == null ? defaultActor : ownActor;
    autoEmbed = body.bool("auto_embed", defaultAutoEmbed);
    tenantId = body.optString("tenant_id");
    scopeName = body.optString("scope");
    memoryLane = body.optEnum("memory_lane", Graph.LANES);
    producerAgentId = TextRules.trimToNull(body.optString("producer_agent_id"));
    ownerAgentId = TextRules.trimToNull(body.optString("owner_agent_id"));
    ownerTeamId = TextRules.trimToNull(body.optString("owner_team_id"));
  }

  /** Reads the required session_id, trimmed; a blank one is a fault (quirk Q18). */
  static String sessionId(Fields body) {
    String sent = body.string("session_id", 1, MAX_ID_LENGTH);
    if (sent == null) {
      return null;
    }
    String trimmed = TextRules.trim(sent);
    if (trimmed.isEmpty()) {
      body.reject("session_id", "String must contain at least 1 character(s)");
    }
    return Faults.storable("session_id", trimmed);
  }

  ScopeKey resolve(Settings settings) {
    return ScopeKey.resolve(tenantId, scopeName, settings.defaults());
  }

  Owner owner() {
    return new Owner(memoryLane, producerAgentId, ownerAgentId, ownerTeamId);
  }

  /** Starts the body of the write that the request stands for. */
  ObjectNode write(ScopeKey scope, String text) {
    return Jsons.object()
        .put("tenant_id", scope.tenant().value())
        .put("scope", scope.scope())
        .put("actor", actor)
        .put("input_text", text)
        .put("auto_embed", autoEmbed)
        .put("trigger_topic_cluster", false);
  }
}
