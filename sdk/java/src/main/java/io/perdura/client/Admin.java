package io.perdura.client;

/** What needs the admin token. */
public final class Admin {
  private final Perdura client;

  Admin(Perdura client) {
    this.client = client;
  }

  /** What has to be forgotten for good, and proof of it. */
  public Erasure erasure() {
    return new Erasure(client);
  }

  /** The servers. */
  public Cluster cluster() {
    return new Cluster(client);
  }

  /** Tenants, their projects and quotas. */
  public Tenants tenants() {
    return new Tenants(client);
  }

  /** Tenants' keys. */
  public ApiKeys apiKeys() {
    return new ApiKeys(client);
  }

  /** Where alerts go, and what went there. */
  public Alerts alerts() {
    return new Alerts(client);
  }

  /** Publication of incidents. */
  public Incidents incidents() {
    return new Incidents(client);
  }

  /** How a tenant's use of the service looks. */
  public Reports reports() {
    return new Reports(client);
  }

  /** Administrators' own credentials. */
  public Credentials credentials() {
    return new Credentials(client);
  }

  /** Jobs and their runs. */
  public Jobs jobs() {
    return new Jobs(client);
  }

  /** When jobs run. */
  public Schedules schedules() {
    return new Schedules(client);
  }

  /** Who did what. */
  public AuditTrail audit() {
    return new AuditTrail(client);
  }
}
