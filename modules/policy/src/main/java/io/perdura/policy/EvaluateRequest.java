package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;

/**
 * A context to evaluate the rules of a scope against (contract, section 7.3).
 *
 * @param context null when none was sent
 */
public record EvaluateRequest(ScopeKey scope, JsonNode context, boolean includeShadow, int limit) {
  static final int MOST_RULES = 200;
  static final int USUAL_RULES = 50;

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}
   */
  public static EvaluateRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    boolean includeShadow = body.bool("include_shadow", true);
    int limit = body.integer("limit", 1, MOST_RULES, USUAL_RULES);
    body.throwIfInvalid();
    return new EvaluateRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()),
        body.source().get("context"),
        includeShadow,
        limit);
  }
}
