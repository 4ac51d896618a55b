package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.List;

/**
 * Tools to choose from (contract, section 7.4).
 *
 * @param context null when none was sent
 * @param candidates cleaned
 */
public record SelectRequest(
    ScopeKey scope,
    JsonNode context,
    List<String> candidates,
    String runId,
    boolean includeShadow,
    int rulesLimit,
    boolean strict) {

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_text}
   */
  public static SelectRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    List<String> candidates = Texts.requiredCandidates(body);
    String runId = body.optString("run_id");
    boolean includeShadow = body.bool("include_shadow", false);
    int rulesLimit =
        body.integer("rules_limit", 1, EvaluateRequest.MOST_RULES, EvaluateRequest.USUAL_RULES);
    boolean strict = body.bool("strict", true);
    body.throwIfInvalid();
    return new SelectRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()),
        body.source().get("context"),
        Texts.candidates(candidates),
        Texts.storable("run_id", runId),
        includeShadow,
        rulesLimit,
        strict);
  }
}
