package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.TenantId;
import io.perdura.kernel.Timestamps;
import java.time.OffsetDateTime;

/**
 * A row of the ledger: what was asked to be erased, and when. Rows that were created later are none
 * of its business, so it can be repeated at any time, also against a restored database.
 *
 * @param scope public scope, null for a tenant
 * @param target node id, session id, public scope or tenant
 * @param requestedAt what was created later stays
 * @param fresh nothing was removed yet, so that the time may still be chosen
 */
record Erasure(
    long id,
    EraseRequest.Kind kind,
    TenantId tenant,
    String scope,
    String target,
    OffsetDateTime requestedAt,
    boolean fresh) {

  Erasure asFresh() {
    return new Erasure(id, kind, tenant, scope, target, requestedAt, true);
  }

  Erasure at(OffsetDateTime time) {
    return new Erasure(id, kind, tenant, scope, target, time, false);
  }

  ScopeKey scopeKey(ScopeKey.Defaults defaults) {
    return ScopeKey.of(tenant, scope, defaults);
  }

  ObjectNode toJson() {
    return Jsons.object()
        .put("tenant_id", tenant.value())
        .put("scope", scope)
        .put("kind", kind.label())
        .put("target", target)
        .put("erasure_id", id)
        .put("requested_at", Timestamps.database(requestedAt));
  }
}
