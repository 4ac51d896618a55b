package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * How a tool did (contract, section 7.6).
 *
 * @param context null when none was sent
 * @param candidates cleaned
 * @param note cleaned; null when none
 * @param target {@code tool}: rules that say something about tools; {@code all}: every rule
 */
public record ToolFeedbackRequest(
    ScopeKey scope,
    String actor,
    String runId,
    UUID decisionId,
    String outcome,
    JsonNode context,
    List<String> candidates,
    String selectedTool,
    boolean includeShadow,
    int rulesLimit,
    String target,
    String note,
    String inputSha) {

  private static final Set<String> TARGETS =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("tool", "all")));
  private static final Set<String> IDENTITY = Set.of("agent", "agent_id", "team_id");

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_text}
   */
  public static ToolFeedbackRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    String actor = body.optString("actor");
    String runId = body.optString("run_id");
    UUID decisionId = body.optUuid("decision_id");
    String outcome = body.enumeration("outcome", FeedbackRequest.OUTCOMES);
    List<String> candidates = Texts.requiredCandidates(body);
    String selected = body.string("selected_tool", 1, Integer.MAX_VALUE);
    if (selected != null && TextRules.trimToNull(selected) == null) {
      body.reject("selected_tool", "must not be blank");
    }
    boolean includeShadow = body.bool("include_shadow", false);
    int rulesLimit =
        body.integer("rules_limit", 1, EvaluateRequest.MOST_RULES, EvaluateRequest.USUAL_RULES);
    String target = body.optEnum("target", TARGETS);
    String note = body.optString("note");
    Texts.Input input = Texts.Input.read(body);
    input.checkRule(body);
    body.throwIfInvalid();
    return new ToolFeedbackRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()),
        Texts.actor(actor),
        Texts.storable("run_id", runId),
        decisionId,
        outcome,
        body.source().get("context"),
        Texts.candidates(candidates),
        Texts.storable("selected_tool", TextRules.trim(selected)),
        includeShadow,
        rulesLimit,
        target == null ? "tool" : target,
        note == null ? null : Texts.storable("note", Texts.clean(note, settings)),
        input.cleanHash(settings));
  }

  boolean isAboutTools() {
    return target.equals("tool");
  }

  String contextSha() {
    return contextSha(context);
  }

  static String contextSha(JsonNode context) {
    return CanonicalJson.sha256Hex(context == null ? MissingNode.getInstance() : context);
  }

  /** Tells whether the context says more than who acts, so that it can be compared. */
  boolean tellsItsContext() {
    if (!(context instanceof ObjectNode fields)) {
      return context != null && !context.isNull();
    }
    for (var entry : fields.properties()) {
      if (!IDENTITY.contains(entry.getKey())) {
        return true;
      }
    }
    return false;
  }
}
