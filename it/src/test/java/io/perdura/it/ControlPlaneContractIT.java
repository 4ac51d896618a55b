package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The control plane over HTTP: whole bodies of the contract's section 8, each also compared with
 * the served description.
 */
class ControlPlaneContractIT {
  private static final String BASE = "/v1/admin/control/";
  private static final String TIMES = "'created_at':'<iso>','updated_at':'<iso>'";
  private static final String LIMITS =
      "'recall_rps':5.5,'recall_burst':10,'write_rps':2,'write_burst':4,'write_max_wait_ms':0,'debug_embed_rps':1,"
          + "'debug_embed_burst':1,'recall_text_embed_rps':3,'recall_text_embed_burst':6,'recall_text_embed_max_wait_ms':250";

  private final Api api = SharedServer.get().api();
  private final Description description = Description.of(api);
  private final String tenant = "c-" + UUID.randomUUID();

  private JsonNode send(String method, String path, String template, String body, int status) {
    Api.Answer answer =
        api.send(
            method,
            BASE + path,
            body == null ? null : "application/json",
            body == null ? null : body.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
            Api.ADMIN);
    assertThat(answer.status()).as(path + " " + answer.text()).isEqualTo(status);
    assertThat(description.differences(method, BASE + template, answer)).as(path).isEmpty();
    return answer.json();
  }

  private JsonNode post(String path, String body) {
    return send("POST", path, path, body, 200);
  }

  private JsonNode get(String path) {
    String bare = path.replaceAll("\\?.*", "");
    return send("GET", path, bare.replace(tenant, "{tenant_id}"), null, 200);
  }

  private void refused(int status, String code, String path, String body) {
    JsonNode answer = send("POST", path, path, body, status);
    assertThat(answer.get("error").textValue()).isEqualTo(code);
  }

  private void makeTenant() {
    Wire.assertBody(
        post("tenants", "{'tenant_id':' " + tenant + " ','display_name':' ','metadata':{'k':[1]}}"),
        "{'ok':true,'tenant':{'tenant_id':'"
            + tenant
            + "','display_name':null,'status':'active','metadata':{'k':[1]},"
            + TIMES
            + "}}");
  }

  private String keyRow(String status, String more) {
    return "'id':'<uuid>','tenant_id':'"
        + tenant
        + "','project_id':null,'label':'L','role':null,'agent_id':'a','team_id':null,'key_prefix':'<text>','status':'"
        + status
        + "','metadata':'<any>','created_at':'<iso>','expires_at':null,'last_used_at':null,"
        + more;
  }

  @Test
  void tenantsAndProjectsAreReplacedAsAWhole() {
    makeTenant();
    Wire.assertBody(
        post("tenants", "{'tenant_id':'" + tenant + "','status':'suspended'}").get("tenant"),
        "{'tenant_id':'"
            + tenant
            + "','display_name':null,'status':'suspended','metadata':{},"
            + TIMES
            + "}");
    assertThat(
            get("tenants?status=suspended&limit=500").get("tenants").findValuesAsText("tenant_id"))
        .contains(tenant);
    Wire.assertBody(
        post("projects", "{'project_id':'p-" + tenant + "','tenant_id':'" + tenant + "'}"),
        "{'ok':true,'project':{'project_id':'p-"
            + tenant
            + "','tenant_id':'"
            + tenant
            + "','display_name':null,'status':'active','metadata':{},"
            + TIMES
            + "}}");
    refused(404, "not_found", "projects", "{'project_id':'x','tenant_id':'nobody'}");
    refused(400, "invalid_tenant_id", "tenants", "{'tenant_id':'a b c'}");
  }

  @Test
  void keysAreMadeListedRotatedAndRevoked() {
    makeTenant();
    JsonNode made = post("api-keys", "{'tenant_id':'" + tenant + "','label':'L','agent_id':'a'}");
    Wire.assertBody(
        made,
        "{'ok':true,'key':{" + keyRow("active", "'revoked_at':null,'api_key':'<text>'") + "}}");
    String id = made.at("/key/id").textValue();
    Wire.assertBody(
        get("api-keys?tenant_id=" + tenant),
        "{'ok':true,'keys':[{" + keyRow("active", "'revoked_at':null") + "}]}");
    JsonNode rotated =
        send("POST", "api-keys/" + id + "/rotate", "api-keys/{id}/rotate", null, 200);
    assertThat(rotated.at("/key/revoked/status").textValue()).isEqualTo("revoked");
    assertThat(rotated.at("/key/rotated/metadata/rotated_from_key_id").textValue()).isEqualTo(id);
    assertThat(rotated.at("/key/api_key").textValue()).hasSize(40);
    send("POST", "api-keys/" + id + "/rotate", "api-keys/{id}/rotate", "{}", 404);
    Wire.assertBody(
        send("POST", "api-keys/" + id + "/revoke", "api-keys/{id}/revoke", null, 200),
        "{'ok':true,'key':{" + keyRow("revoked", "'revoked_at':'<iso>'") + "}}");
    send("POST", "api-keys/none/revoke", "api-keys/{id}/revoke", null, 404);
    Wire.assertBody(
        get("api-keys/stale?max_age_days=x&limit="),
        "{'ok':true,'checked_at':'<iso>','thresholds':{'max_age_days':30,'warn_age_days':21,'rotation_window_days':30},"
            + "'stale':{'count':0,'sample':[]},'warning_window':{'count':0,'sample':[]},'active_by_tenant':'<any>',"
            + "'recent_rotations_by_tenant':'<any>','tenants_without_recent_rotation':'<any>'}");
  }

  @Test
  void aQuotaIsSetReadAndTakenBack() {
    makeTenant();
    String path = "tenant-quotas/" + tenant;
    String template = "tenant-quotas/{tenant_id}";
    String row = "{'ok':true,'quota':{'tenant_id':'" + tenant + "'," + LIMITS + "," + TIMES + "}}";
    send("GET", path, template, null, 404);
    Wire.assertBody(send("PUT", path, template, "{" + LIMITS + "}", 200), row);
    Wire.assertBody(send("GET", path, template, null, 200), row);
    Wire.assertBody(send("DELETE", path, template, null, 200), "{'ok':true,'deleted':true}");
    Wire.assertBody(send("DELETE", path, template, null, 200), "{'ok':true,'deleted':false}");
  }

  @Test
  void alertRoutesKeepTheirSecretsToThemselves() {
    makeTenant();
    String row =
        "{'id':'<uuid>','tenant_id':'"
            + tenant
            + "','channel':'slack_webhook','label':null,'events':['*'],'status':'%s','target':'https://hooks.slack.com/services/T',"
            + "'headers':{'x-a':'********'},'metadata':{},"
            + TIMES
            + "}";
    JsonNode made =
        post(
            "alerts/routes",
            "{'tenant_id':'"
                + tenant
                + "','channel':'slack_webhook','target':'https://HOOKS.slack.com/services/T','secret':'s','headers':{'x-a':'b'},"
                + "'events':[' ']}");
    Wire.assertBody(made, "{'ok':true,'route':" + row.formatted("active") + "}");
    String path = "alerts/routes/" + made.at("/route/id").textValue() + "/status";
    Wire.assertBody(
        send("POST", path, "alerts/routes/{id}/status", "{'status':'disabled'}", 200),
        "{'ok':true,'route':" + row.formatted("disabled") + "}");
    Wire.assertBody(
        get("alerts/routes?tenant_id=" + tenant + "&channel=slack_webhook&status=nonsense"),
        "{'ok':true,'routes':[" + row.formatted("disabled") + "]}");
    Wire.assertBody(get("alerts/deliveries?tenant_id=" + tenant), "{'ok':true,'deliveries':[]}");
    for (String bad :
        List.of(
            "'webhook','target':'http://example.com/'",
            "'webhook','target':'https://127.0.0.1/'",
            "'webhook','target':'https://[::1]/'",
            "'slack_webhook','target':'https://example.com/'")) {
      refused(
          400,
          "invalid_alert_target",
          "alerts/routes",
          "{'tenant_id':'nobody','channel':" + bad + "}");
    }
  }

  @Test
  void incidentPublishJobsAreQueuedAndReplayed() {
    makeTenant();
    JsonNode job =
        post(
            "incident-publish/jobs",
            "{'tenant_id':'"
                + tenant
                + "','run_id':'r','source_dir':'/a//b/','target':'S3://Bucket/x','max_attempts':3}");
    String row =
        "{'id':'<uuid>','tenant_id':'"
            + tenant
            + "','run_id':'r','source_dir':'/a/b','target':'s3://Bucket/x','status':'pending','attempts':0,'max_attempts':3,"
            + "'next_attempt_at':'<iso>','locked_at':null,'locked_by':null,'published_uri':null,'last_error':null,"
            + "'last_response':{},'metadata':{},"
            + TIMES
            + "}";
    Wire.assertBody(job, "{'ok':true,'job':" + row + "}");
    Wire.assertBody(
        get("incident-publish/jobs?tenant_id=" + tenant), "{'ok':true,'jobs':[" + row + "]}");
    Wire.assertBody(
        post("incident-publish/jobs/replay", "{'tenant_id':'" + tenant + "'}"),
        "{'ok':true,'dry_run':false,'replayed_count':0,'candidate_count':0,'jobs_sample':[]}");
    refused(400, "invalid_request", "incident-publish/jobs/replay", "{}");
    String other = "{'tenant_id':'nobody','run_id':'r','source_dir':'%s','target':'%s'}";
    refused(
        400,
        "invalid_incident_publish_source_dir",
        "incident-publish/jobs",
        other.formatted("relative", "s3://b/x"));
    for (String target : List.of("ftp://example.com/x", "https://127.0.0.1/x")) {
      refused(
          400,
          "invalid_incident_publish_target",
          "incident-publish/jobs",
          other.formatted("/a", target));
    }
    refused(
        409,
        "incident_publish_conflict",
        "incident-publish/jobs",
        "{'tenant_id':'" + tenant + "','run_id':'r','source_dir':'/c','target':'s3://Bucket/x'}");
  }

  @Test
  void aKnownTenantHasReportsAsDescribed() {
    String of = "dashboard/tenant/" + tenant;
    makeTenant();
    assertThat(get(of).at("/dashboard/tenant/status").textValue()).isEqualTo("active");
    assertThat(get("diagnostics/tenant/" + tenant).get("ok").booleanValue()).isTrue();
  }

  @Test
  void reportsOfAnUnknownTenantAreZeros() {
    String of = "dashboard/tenant/" + tenant;
    Wire.assertBody(
        get(of),
        "{'ok':true,'dashboard':{'tenant_id':'"
            + tenant
            + "','generated_at':'<iso>','default_tenant_id':'default','tenant':null,'api_keys':{'active':0,'revoked':0},"
            + "'quota_profile':null,'data_plane':{'nodes':0,'edges':0,'active_rules':0,'recalls_24h':0,'commits_24h':0},"
            + "'outbox':{'pending':0,'retrying':0,'failed':0}}}");
    assertThat(get("diagnostics/tenant/" + tenant).at("/diagnostics/window_minutes").intValue())
        .isEqualTo(60);
    Wire.assertBody(
        get(of + "/incident-publish-rollup"),
        "{'ok':true,'rollup':{'ok':true,'tenant_id':'"
            + tenant
            + "','window_hours':168,'generated_at':'<iso>','jobs':{'total':0,'status_counts':{},'failed_or_dead_letter':0},"
            + "'replay':{'replay_events':0,'preview_events':0,'replayed_count':0,'candidate_count':0},'failed_sample':[]}}");
    String none =
        "{'succeeded':0,'failed':0,'dead_letter':0,'total_processed':0,'failure_rate':0,'dead_letter_rate':0}";
    Wire.assertBody(
        get(of + "/incident-publish-slo?window_hours=0"),
        "{'ok':true,'report':{'ok':true,'tenant_id':'"
            + tenant
            + "','generated_at':'<iso>','snapshot':{'anchor_utc':'<iso>','window_hours':1,'baseline_hours':168},"
            + "'thresholds':{'min_jobs':20,'adaptive_multiplier':2,'failure_rate_floor':0.05,'dead_letter_rate_floor':0.02,"
            + "'failure_rate_threshold':0.05,'dead_letter_rate_threshold':0.02,'backlog_warning_abs':200,"
            + "'dead_letter_backlog_warning_abs':20,'dead_letter_backlog_critical_abs':50},'metrics':{'current':"
            + none
            + ",'baseline':"
            + none
            + ",'backlog':{'open_backlog':0,'dead_letter_backlog':0}},'degraded':false,'severity':null,'warning_signals':[],"
            + "'critical_signals':[]}}");
    Wire.assertBody(
        get(of + "/timeseries"),
        "{'ok':true,'tenant_id':'"
            + tenant
            + "','bucket':'hour','window_hours':168,'retention':{'retention_hours':720,'requested_window_hours':168,"
            + "'applied_window_hours':168,'truncated':false},'filters':{'endpoint':null},'page':{'limit':5000,'offset':0,"
            + "'total':0,'has_more':false},'snapshot':{'anchor_utc':'<iso>'},'generated_at':'<iso>','series':[],'budget':[],"
            + "'cursor':{'next':null}}");
    Wire.assertBody(
        get(of + "/key-usage"),
        "{'ok':true,'tenant_id':'"
            + tenant
            + "','generated_at':'<iso>','retention':{'retention_hours':720,'requested_window_hours':24,"
            + "'applied_window_hours':24,'requested_baseline_hours':168,'applied_baseline_hours':168,'truncated':false},"
            + "'filters':{'endpoint':null,'min_requests':30,'zscore_threshold':3},'page':{'limit':200,'offset':0,'total':0,"
            + "'has_more':false},'snapshot':{'anchor_utc':'<iso>'},'anomalies':{'count_in_page':0},'items':[],"
            + "'cursor':{'next':null}}");
    send(
        "GET",
        of + "/timeseries?endpoint=find",
        "dashboard/tenant/{tenant_id}/timeseries",
        null,
        400);
    send("GET", "dashboard/tenant/%20", "dashboard/tenant/{tenant_id}", null, 400);
  }

  @Test
  void theTenantsRequestsAreCountedByTheHour() {
    for (int i = 0; i < 3; i++) {
      api.post("/v1/memory/find", "{\"tenant_id\":\"" + tenant + "\"}").ok();
    }
    Poll.until(
        "telemetry is written",
        Duration.ofSeconds(10),
        () -> get("dashboard/tenant/" + tenant + "/timeseries").at("/page/total").intValue() > 0);
    JsonNode series = get("dashboard/tenant/" + tenant + "/timeseries").get("series");
    int counted = 0;
    for (JsonNode hour : series) {
      counted += hour.get("total").intValue();
    }
    assertThat(counted).isBetween(1, 3);
  }

  @Test
  void administratorsHaveCredentialsOfTheirOwn() {
    makeTenant();
    JsonNode made =
        post("admin-credentials", "{'role':'tenant_admin','tenants':['" + tenant + "']}");
    Wire.assertBody(
        made.get("credential"),
        "{'id':'<uuid>','label':null,'role':'tenant_admin','tenants':['"
            + tenant
            + "'],'secret_prefix':'<text>','status':'active','metadata':{},'created_by':'admin_token','created_at':'<iso>',"
            + "'expires_at':null,'revoked_at':null,'last_used_at':null,'token':'<text>'}");
    Map<String, String> mine = Map.of("x-admin-token", made.at("/credential/token").textValue());
    String key = "{\"tenant_id\":\"%s\"}";
    api.post(BASE + "api-keys", key.formatted(tenant), mine).ok();
    assertThat(api.get(BASE + "api-keys", mine).ok().get("keys").findValuesAsText("tenant_id"))
        .containsOnly(tenant);
    for (Api.Answer refused :
        List.of(
            api.post(BASE + "api-keys", key.formatted("other"), mine),
            api.post(BASE + "tenants", key.formatted(tenant), mine),
            api.post(BASE + "admin-credentials", "{\"role\":\"owner\"}", mine),
            api.post("/v1/admin/erase/tenant", key.formatted(tenant), mine),
            api.get(BASE + "members", mine),
            api.get(BASE + "dashboard/tenant/other", mine),
            api.post("/v1/memory/packs/export", "{}", mine))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(403);
      Wire.assertBody(refused.json(), "{'error':'forbidden_admin','message':'<text>'}");
    }
    JsonNode events = get("audit-events?action=api_key.create&tenant_id=" + tenant).get("events");
    assertThat(events.at("/0/actor").textValue())
        .isEqualTo("credential:" + made.at("/credential/id").textValue());
    send(
        "POST",
        "admin-credentials/" + made.at("/credential/id").textValue() + "/revoke",
        "admin-credentials/{id}/revoke",
        null,
        200);
    assertThat(api.get(BASE + "api-keys", mine).status()).isEqualTo(401);
    assertThat(get("admin-credentials?status=revoked&limit=500").toString())
        .doesNotContain(mine.get("x-admin-token"));
  }

  @Test
  void whoeverIsNobodyIsToldNothing() {
    for (Map.Entry<String, JsonNode> path : description.document().get("paths").properties()) {
      if (!path.getKey().startsWith(BASE)) {
        continue;
      }
      path.getValue()
          .fieldNames()
          .forEachRemaining(method -> {
            boolean body = method.equals("post") || method.equals("put");
            for (Map<String, String> headers :
                List.of(Map.<String, String>of(), Map.of("x-admin-token", "padm_wrong"))) {
              Api.Answer answer =
                  api.send(
                      method.toUpperCase(Locale.ROOT),
                      path.getKey().replaceAll("\\{.*?}", "x"),
                      body ? "application/json" : null,
                      body ? "{}".getBytes(StandardCharsets.UTF_8) : null,
                      headers);
              assertThat(answer.status()).as(method + " " + path.getKey()).isEqualTo(401);
              Wire.assertBody(answer.json(), "{'error':'unauthorized_admin','message':'<text>'}");
            }
          });
    }
  }
}
