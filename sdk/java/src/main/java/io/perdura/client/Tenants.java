package io.perdura.client;

import io.perdura.client.model.Deleted;
import io.perdura.client.model.ListTenantsParams;
import io.perdura.client.model.ProjectAnswer;
import io.perdura.client.model.ProjectInput;
import io.perdura.client.model.QuotaAnswer;
import io.perdura.client.model.QuotaInput;
import io.perdura.client.model.TenantAnswer;
import io.perdura.client.model.TenantInput;
import io.perdura.client.model.TenantList;
import io.perdura.client.model.TenantRow;

/** Tenants, their projects and quotas. */
public final class Tenants {
  private final Perdura client;

  Tenants(Perdura client) {
    this.client = client;
  }

  /** Create a tenant or replace all of it: <code>putTenant</code>. */
  public Call<TenantAnswer> put(TenantInput request) {
    return client.call(Operation.PUT_TENANT, TenantAnswer.class).body(request);
  }

  /** Tenants by id: <code>listTenants</code>. */
  public Call<TenantList> list(ListTenantsParams params) {
    return client.call(Operation.LIST_TENANTS, TenantList.class).query(Json.properties(params));
  }

  /** All pages of {@link #list}. */
  public Paged<TenantRow> all(ListTenantsParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client.call(Operation.LIST_TENANTS, TenantList.class).query(query).get().getTenants());
  }

  /** Create a project or replace all of it: <code>putProject</code>. */
  public Call<ProjectAnswer> putProject(ProjectInput request) {
    return client.call(Operation.PUT_PROJECT, ProjectAnswer.class).body(request);
  }

  /** Set a tenant's own limits: <code>putTenantQuota</code>. */
  public Call<QuotaAnswer> putQuota(String tenantId, QuotaInput request) {
    return client
        .call(Operation.PUT_TENANT_QUOTA, QuotaAnswer.class)
        .path("tenant_id", tenantId)
        .body(request);
  }

  /** A tenant's own limits: <code>getTenantQuota</code>. */
  public Call<QuotaAnswer> quota(String tenantId) {
    return client.call(Operation.GET_TENANT_QUOTA, QuotaAnswer.class).path("tenant_id", tenantId);
  }

  /** Give a tenant back to the configured limits: <code>deleteTenantQuota</code>. */
  public Call<Deleted> deleteQuota(String tenantId) {
    return client.call(Operation.DELETE_TENANT_QUOTA, Deleted.class).path("tenant_id", tenantId);
  }
}
