package io.perdura.client;

import io.perdura.client.model.GetIncidentPublishRollupParams;
import io.perdura.client.model.GetIncidentPublishSloParams;
import io.perdura.client.model.GetTenantDiagnosticsParams;
import io.perdura.client.model.GetTenantKeyUsageParams;
import io.perdura.client.model.GetTenantTimeseriesParams;
import io.perdura.client.model.IncidentRollupAnswer;
import io.perdura.client.model.IncidentSloAnswer;
import io.perdura.client.model.TenantDashboardAnswer;
import io.perdura.client.model.TenantDiagnosticsAnswer;
import io.perdura.client.model.TenantKeyUsage;
import io.perdura.client.model.TenantTimeseries;

/** How a tenant's use of the service looks. */
public final class Reports {
  private final Perdura client;

  Reports(Perdura client) {
    this.client = client;
  }

  /** A tenant at a glance: <code>getTenantDashboard</code>. */
  public Call<TenantDashboardAnswer> dashboard(String tenantId) {
    return client
        .call(Operation.GET_TENANT_DASHBOARD, TenantDashboardAnswer.class)
        .path("tenant_id", tenantId);
  }

  /**
   * What was published lately, what was replayed, what failed: <code>getIncidentPublishRollup
   * </code>.
   */
  public Call<IncidentRollupAnswer> incidentRollup(
      String tenantId, GetIncidentPublishRollupParams params) {
    return client
        .call(Operation.GET_INCIDENT_PUBLISH_ROLLUP, IncidentRollupAnswer.class)
        .path("tenant_id", tenantId)
        .query(Json.properties(params));
  }

  /**
   * Whether too much fails or waits, against floors and what was usual: <code>getIncidentPublishSlo
   * </code>.
   */
  public Call<IncidentSloAnswer> incidentSlo(String tenantId, GetIncidentPublishSloParams params) {
    return client
        .call(Operation.GET_INCIDENT_PUBLISH_SLO, IncidentSloAnswer.class)
        .path("tenant_id", tenantId)
        .query(Json.properties(params));
  }

  /** A tenant's requests by the hour: <code>getTenantTimeseries</code>. */
  public Call<TenantTimeseries> timeseries(String tenantId, GetTenantTimeseriesParams params) {
    return client
        .call(Operation.GET_TENANT_TIMESERIES, TenantTimeseries.class)
        .path("tenant_id", tenantId)
        .query(Json.properties(params));
  }

  /** Managed keys that behave unlike before: <code>getTenantKeyUsage</code>. */
  public Call<TenantKeyUsage> keyUsage(String tenantId, GetTenantKeyUsageParams params) {
    return client
        .call(Operation.GET_TENANT_KEY_USAGE, TenantKeyUsage.class)
        .path("tenant_id", tenantId)
        .query(Json.properties(params));
  }

  /** Requests, recalls and pending events of a tenant: <code>getTenantDiagnostics</code>. */
  public Call<TenantDiagnosticsAnswer> diagnostics(
      String tenantId, GetTenantDiagnosticsParams params) {
    return client
        .call(Operation.GET_TENANT_DIAGNOSTICS, TenantDiagnosticsAnswer.class)
        .path("tenant_id", tenantId)
        .query(Json.properties(params));
  }

  /** All pages of {@link #timeseries}, as of the time of the first. */
  public Paged<TenantTimeseries.SeriesItem> allTimeseries(
      String tenantId, GetTenantTimeseriesParams params) {
    return Pages.byMark(
        Json.properties(params),
        "cursor",
        query ->
            client
                .call(Operation.GET_TENANT_TIMESERIES, TenantTimeseries.class)
                .path("tenant_id", tenantId)
                .query(query)
                .get(),
        TenantTimeseries::getSeries,
        page -> page.getCursor().getNext());
  }

  /** All pages of {@link #keyUsage}, as of the time of the first. */
  public Paged<TenantKeyUsage.ItemsItem> allKeyUsage(
      String tenantId, GetTenantKeyUsageParams params) {
    return Pages.byMark(
        Json.properties(params),
        "cursor",
        query ->
            client
                .call(Operation.GET_TENANT_KEY_USAGE, TenantKeyUsage.class)
                .path("tenant_id", tenantId)
                .query(query)
                .get(),
        TenantKeyUsage::getItems,
        page -> page.getCursor().getNext());
  }
}
