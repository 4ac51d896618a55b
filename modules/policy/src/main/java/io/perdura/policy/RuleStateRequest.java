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
 * A rule's new state, checked against the contract's schema (section 7.2).
 *
 * @param caller whose private rules it may be about; null for any
 */
public record RuleStateRequest(
    ScopeKey scope,
    String actor,
    UUID ruleNodeId,
    String state,
    String inputSha,
    WriteIdentity caller) {

  private static final Set<String> STATES =
      Collections.unmodifiableSet(
          new LinkedHashSet<>(List.of("draft", "shadow", "active", "disabled")));

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_text}
   */
  public static RuleStateRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    String actor = body.optString("actor");
    UUID ruleNodeId = body.uuid("rule_node_id");
    String state = body.enumeration("state", STATES);
    Texts.Input input = Texts.Input.read(body);
    input.checkRule(body);
    body.throwIfInvalid();
    return new RuleStateRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()),
        Texts.actor(actor),
        ruleNodeId,
        state,
        input.rawHash(),
        null);
  }

  /** Returns this request limited to the rules that the caller can see. */
  public RuleStateRequest by(WriteIdentity identity) {
    return new RuleStateRequest(scope, actor, ruleNodeId, state, inputSha, identity);
  }

  /** Tells whether the rule will be evaluated. */
  boolean putsInForce() {
    return state.equals("shadow") || state.equals("active");
  }
}
