package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.memory.WriteIdentity;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Feedback on one rule, checked against the contract's schema (section 7.1).
 *
 * @param note cleaned; null when none
 * @param caller whose private rules it may be about; null for any
 */
public record FeedbackRequest(
    ScopeKey scope,
    String actor,
    UUID ruleNodeId,
    String runId,
    String outcome,
    String note,
    String inputSha,
    WriteIdentity caller) {

  static final Set<String> OUTCOMES =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("positive", "negative", "neutral")));

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_text}
   */
  public static FeedbackRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    String actor = body.optString("actor");
    UUID ruleNodeId = body.uuid("rule_node_id");
    String runId = body.optString("run_id");
    String outcome = body.enumeration("outcome", OUTCOMES);
    String note = body.optString("note");
    Texts.Input input = Texts.Input.read(body);
    input.checkRule(body);
    body.throwIfInvalid();
    return new FeedbackRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()),
        Texts.actor(actor),
        ruleNodeId,
        Texts.storable("run_id", runId),
        outcome,
        note == null ? null : Texts.storable("note", Texts.clean(note, settings)),
        input.cleanHash(settings),
        null);
  }

  /** Returns this request limited to the rules that the caller can see. */
  public FeedbackRequest by(WriteIdentity identity) {
    return new FeedbackRequest(scope, actor, ruleNodeId, runId, outcome, note, inputSha, identity);
  }
}
