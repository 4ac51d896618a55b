package io.perdura.client;

import io.perdura.client.model.AuditEventList;
import io.perdura.client.model.AuditEventRow;
import io.perdura.client.model.ListAuditEventsParams;

/** Who did what. */
public final class AuditTrail {
  private final Perdura client;

  AuditTrail(Perdura client) {
    this.client = client;
  }

  /** Changes of the control plane, newest first: <code>listAuditEvents</code>. */
  public Call<AuditEventList> list(ListAuditEventsParams params) {
    return client
        .call(Operation.LIST_AUDIT_EVENTS, AuditEventList.class)
        .query(Json.properties(params));
  }

  /** All pages of {@link #list}. */
  public Paged<AuditEventRow> all(ListAuditEventsParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_AUDIT_EVENTS, AuditEventList.class)
                .query(query)
                .get()
                .getEvents());
  }
}
