package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.UUID;

/** A decision to look up (contract, section 7.5). */
public record DecisionRequest(ScopeKey scope, UUID decisionId) {
  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}
   */
  public static DecisionRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    UUID decisionId = body.uuid("decision_id");
    body.throwIfInvalid();
    return new DecisionRequest(
        ScopeKey.resolve(tenantId, scopeName, settings.defaults()), decisionId);
  }
}
