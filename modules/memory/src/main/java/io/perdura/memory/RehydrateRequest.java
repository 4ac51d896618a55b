package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The wish to bring nodes back to a warmer tier, checked against the schema (section 8). */
public final class RehydrateRequest {
  private static final Set<String> TARGETS =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("warm", "hot")));

  final ScopeKey scope;
  final String actor;
  final NodeSelection selection;
  final String targetTier;
  final String reason;
  final WriteIdentity identity;

  private RehydrateRequest(Fields body, Settings settings) {
    String tenantId = body.optString("tenant_id");
    String scopeName = body.optString("scope");
    String ownActor = body.optString("actor");
    actor = Faults.storable("actor", ownActor == null ? "system" : ownActor);
    NodeSelection.Raw raw = new NodeSelection.Raw(body);
    String target = body.optEnum("target_tier", TARGETS);
    targetTier = target == null ? "warm" : target;
    reason = Faults.storable("reason", body.optString("reason"));
    raw.checkRules(body);
    body.throwIfInvalid();
    scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
    selection = raw.in(scope, settings);
    identity = null;
  }

  private RehydrateRequest(RehydrateRequest other, WriteIdentity identity) {
    scope = other.scope;
    actor = other.actor;
    selection = other.selection;
    targetTier = other.targetTier;
    reason = other.reason;
    this.identity = identity;
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static RehydrateRequest read(JsonNode body, Settings settings) {
    return new RehydrateRequest(Fields.of(body), settings);
  }

  /** Returns this request limited to the nodes that the caller can see. */
  public RehydrateRequest by(WriteIdentity caller) {
    return new RehydrateRequest(this, caller);
  }

  /** Where the nodes live. */
  public ScopeKey scope() {
    return scope;
  }
}
