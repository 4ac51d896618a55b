package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Feedback on nodes that were used, checked against the contract's schema (section 9). */
public final class ActivateRequest {
  private static final Set<String> OUTCOMES =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("positive", "negative", "neutral")));

  final ScopeKey scope;
  final String actor;
  final NodeSelection selection;
  final String runId;
  final String outcome;
  final boolean activate;
  final String reason;
  final WriteIdentity identity;

  private ActivateRequest(Fields body, Settings settings) {
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    String ownActor = body.optString("actor");
    actor = Faults.storable("actor", ownActor == null ? "system" : ownActor);
    NodeSelection.Raw raw = new NodeSelection.Raw(body);
    runId = Faults.storable("run_id", body.optString("run_id"));
    String sent = body.optEnum("outcome", OUTCOMES);
    outcome = sent == null ? "neutral" : sent;
    activate = body.bool("activate", true);
    reason = Faults.storable("reason", body.optString("reason"));
    raw.checkRules(body);
    body.throwIfInvalid();
    scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
    selection = raw.in(scope, settings);
    identity = null;
  }

  private ActivateRequest(ActivateRequest other, WriteIdentity identity) {
    scope = other.scope;
    actor = other.actor;
    selection = other.selection;
    runId = other.runId;
    outcome = other.outcome;
    activate = other.activate;
    reason = other.reason;
    this.identity = identity;
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static ActivateRequest read(JsonNode body, Settings settings) {
    return new ActivateRequest(Fields.of(body), settings);
  }

  /** Returns this request limited to the nodes that the caller can see. */
  public ActivateRequest by(WriteIdentity caller) {
    return new ActivateRequest(this, caller);
  }

  /** Where the nodes live. */
  public ScopeKey scope() {
    return scope;
  }
}
