package io.perdura.cli.runbook;

import java.nio.file.Path;
import java.util.Map;

/** What the pages of the control plane's jobs find. */
final class ControlSeeds {
  private final SeededService service;
  private final Path work;

  ControlSeeds(SeededService service, Path work) {
    this.service = service;
    this.work = work;
  }

  void addTo(Map<String, Runnable> seeds) {
    seeds.put("alert-dispatch", this::alerted);
    seeds.put("key-rotation-sla", this::keys);
    seeds.put("key-usage-anomaly", this::usage);
    seeds.put("tenant-timeseries-export", this::usage);
    seeds.put("telemetry-retention", this::telemetry);
    seeds.put("incident-publish-enqueue", this::incident);
    seeds.put("incident-publish-worker", this::queued);
    seeds.put("incident-publish-replay", this::dead);
    seeds.put("incident-publish-slo", this::dead);
    seeds.put("incident-verify", this::incident);
  }

  private void tenant() {
    service.control("tenants", "{'tenant_id':'acme','display_name':'Acme'}");
  }

  private void keys() {
    tenant();
    if (service.value("select 1 from control_api_keys where label = 'planner'") == null) {
      service.control("api-keys", "{'tenant_id':'acme','label':'planner'}");
      service.control("api-keys", "{'tenant_id':'acme','label':'reporter'}");
    }
    service.sql(
        "update control_api_keys set created_at = now() - interval '45 days' where label = 'planner'");
  }

  private void alerted() {
    keys();
    if (service.value("select 1 from control_alert_routes where tenant_id = 'acme'") == null) {
      service.control(
          "alerts/routes",
          "{'tenant_id':'acme','channel':'webhook','label':'on call','events':['*'],'target':'https://alerts.example.com/perdura'}");
    }
  }

  /** A week of steady calls, and ten times as many in the last hours. */
  private void usage() {
    keys();
    if (service.value("select 1 from memory_request_telemetry where tenant_id = 'acme' limit 1")
        != null) {
      return;
    }
    String insert =
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, api_key_prefix, created_at)"
            + " select 'acme', 'tenant:acme::scope:default', 'recall_text', case when i %% %d = 0 then 500 else 200 end,"
            + " %s + i %% 7, (select key_prefix from control_api_keys where label = 'planner'),"
            + " now() - interval '%s' - i * interval '%s' from generate_series(1, %d) i";
    service.sql(
        insert.formatted(97, "20", "25 hours", "12 minutes", 650),
        insert.formatted(11, "90", "5 minutes", "20 seconds", 900));
  }

  private void telemetry() {
    service.sql(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, created_at)"
            + " select 'default', 'default', 'write', 200, 5, now() - interval '200 days' from generate_series(1, 1200)");
  }

  private void incident() {
    tenant();
    String key = System.getenv("INCIDENT_BUNDLE_SIGNING_KEY");
    JobSeeds.bundle(work.resolve("incident-42"), key);
    JobSeeds.bundle(work.resolve("incident-43"), key);
    JobSeeds.append(work.resolve("incident-43/timeline.txt"), "14:06 edited afterwards\n");
  }

  private void queued() {
    incident();
    service.control(
        "incident-publish/jobs",
        "{'tenant_id':'acme','run_id':'incident-42','source_dir':'%s','target':'s3://evidence/incident-42'}"
            .formatted(work.resolve("incident-42")));
  }

  /** A publish job that was given up. */
  private void dead() {
    incident();
    service.sql(
        "insert into control_incident_publish_jobs (tenant_id, run_id, source_dir, target, status, attempts, last_error)"
            + " select 'acme', 'incident-41', '"
            + work
            + "/incident-41', 's3://evidence/incident-41', 'dead_letter', 5,"
            + " 'the program ended with status 1' where not exists"
            + " (select from control_incident_publish_jobs where run_id = 'incident-41')");
  }
}
