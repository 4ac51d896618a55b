package io.perdura.client;

import static io.perdura.client.Operation.Default.ADMIN;
import static io.perdura.client.Operation.Default.SCOPE_BODY;
import static io.perdura.client.Operation.Default.SCOPE_QUERY;
import static io.perdura.client.Operation.Default.TENANT_BODY;
import static io.perdura.client.Operation.Default.TENANT_HEADER;
import static io.perdura.client.Operation.Safety.KEYED;
import static io.perdura.client.Operation.Safety.READ;
import static io.perdura.client.Operation.Safety.UNKEYED;

import java.util.Set;

/** Every operation of the OpenAPI document, with what the client has to know of it. */
enum Operation {
  HEALTH("health", "GET /health", READ),
  HEALTH_STARTED("healthStarted", "GET /health/started", READ),
  HEALTH_READY("healthReady", "GET /health/ready", READ),
  HEALTH_LIVE("healthLive", "GET /health/live", READ),
  LB_CHECK("lbCheck", "GET /lb-check", READ),
  OPENAPI("openapi", "GET /openapi", READ),
  METRICS("metrics", "GET /metrics", READ),
  WRITE("write", "POST /v1/memory/write", KEYED, TENANT_HEADER, SCOPE_BODY),
  FIND("find", "POST /v1/memory/find", READ, TENANT_HEADER, SCOPE_BODY),
  RECALL("recall", "POST /v1/memory/recall", READ, ADMIN, TENANT_HEADER, SCOPE_BODY),
  RECALL_TEXT("recallText", "POST /v1/memory/recall_text", READ, ADMIN, TENANT_HEADER, SCOPE_BODY),
  CREATE_SESSION("createSession", "POST /v1/memory/sessions", KEYED, TENANT_HEADER, SCOPE_BODY),
  APPEND_EVENT("appendEvent", "POST /v1/memory/events", KEYED, TENANT_HEADER, SCOPE_BODY),
  LIST_SESSION_EVENTS(
      "listSessionEvents",
      "GET /v1/memory/sessions/{session_id}/events",
      READ,
      TENANT_HEADER,
      SCOPE_QUERY),
  EXPORT_PACK("exportPack", "POST /v1/memory/packs/export", READ, ADMIN, TENANT_BODY, SCOPE_BODY),
  IMPORT_PACK("importPack", "POST /v1/memory/packs/import", KEYED, ADMIN),
  REHYDRATE("rehydrate", "POST /v1/memory/archive/rehydrate", KEYED, TENANT_HEADER, SCOPE_BODY),
  ACTIVATE_NODES(
      "activateNodes", "POST /v1/memory/nodes/activate", KEYED, TENANT_HEADER, SCOPE_BODY),
  RULE_FEEDBACK("ruleFeedback", "POST /v1/memory/feedback", KEYED, TENANT_HEADER, SCOPE_BODY),
  SET_RULE_STATE("setRuleState", "POST /v1/memory/rules/state", KEYED, TENANT_HEADER, SCOPE_BODY),
  EVALUATE_RULES(
      "evaluateRules", "POST /v1/memory/rules/evaluate", READ, TENANT_HEADER, SCOPE_BODY),
  SELECT_TOOL("selectTool", "POST /v1/memory/tools/select", KEYED, TENANT_HEADER, SCOPE_BODY),
  TOOL_DECISION("toolDecision", "POST /v1/memory/tools/decision", READ, TENANT_HEADER, SCOPE_BODY),
  TOOL_FEEDBACK("toolFeedback", "POST /v1/memory/tools/feedback", KEYED, TENANT_HEADER, SCOPE_BODY),
  PLANNING_CONTEXT(
      "planningContext",
      "POST /v1/memory/planning/context",
      KEYED,
      ADMIN,
      TENANT_HEADER,
      SCOPE_BODY),
  MCP("mcp", "POST /mcp", UNKEYED, ADMIN, TENANT_HEADER, SCOPE_QUERY),
  ERASE_NODE("eraseNode", "POST /v1/admin/erase/node", KEYED, ADMIN, TENANT_BODY, SCOPE_BODY),
  ERASE_SESSION(
      "eraseSession", "POST /v1/admin/erase/session", KEYED, ADMIN, TENANT_BODY, SCOPE_BODY),
  ERASE_SCOPE("eraseScope", "POST /v1/admin/erase/scope", KEYED, ADMIN, TENANT_BODY),
  ERASE_TENANT("eraseTenant", "POST /v1/admin/erase/tenant", KEYED, ADMIN),
  ERASE_RESIDUE(
      "eraseResidue", "POST /v1/admin/erase/residue", READ, ADMIN, TENANT_BODY, SCOPE_BODY),
  EXPORT_ERASURE_LEDGER("exportErasureLedger", "GET /v1/admin/erase/ledger", READ, ADMIN),
  REPLAY_ERASURES("replayErasures", "POST /v1/admin/erase/replay", UNKEYED, ADMIN),
  VERIFY_CHAIN("verifyChain", "POST /v1/admin/chain/verify", READ, ADMIN, TENANT_BODY, SCOPE_BODY),
  LIST_MEMBERS("listMembers", "GET /v1/admin/control/members", READ, ADMIN),
  GET_CONFIGURATION("getConfiguration", "GET /v1/admin/control/configuration", READ, ADMIN),
  PUT_TENANT("putTenant", "POST /v1/admin/control/tenants", UNKEYED, ADMIN),
  LIST_TENANTS("listTenants", "GET /v1/admin/control/tenants", READ, ADMIN),
  PUT_PROJECT("putProject", "POST /v1/admin/control/projects", UNKEYED, ADMIN),
  CREATE_API_KEY("createApiKey", "POST /v1/admin/control/api-keys", UNKEYED, ADMIN),
  LIST_API_KEYS("listApiKeys", "GET /v1/admin/control/api-keys", READ, ADMIN),
  REPORT_STALE_API_KEYS("reportStaleApiKeys", "GET /v1/admin/control/api-keys/stale", READ, ADMIN),
  REVOKE_API_KEY("revokeApiKey", "POST /v1/admin/control/api-keys/{id}/revoke", UNKEYED, ADMIN),
  ROTATE_API_KEY("rotateApiKey", "POST /v1/admin/control/api-keys/{id}/rotate", UNKEYED, ADMIN),
  PUT_TENANT_QUOTA(
      "putTenantQuota", "PUT /v1/admin/control/tenant-quotas/{tenant_id}", UNKEYED, ADMIN),
  GET_TENANT_QUOTA(
      "getTenantQuota", "GET /v1/admin/control/tenant-quotas/{tenant_id}", READ, ADMIN),
  DELETE_TENANT_QUOTA(
      "deleteTenantQuota", "DELETE /v1/admin/control/tenant-quotas/{tenant_id}", UNKEYED, ADMIN),
  CREATE_ALERT_ROUTE("createAlertRoute", "POST /v1/admin/control/alerts/routes", UNKEYED, ADMIN),
  LIST_ALERT_ROUTES("listAlertRoutes", "GET /v1/admin/control/alerts/routes", READ, ADMIN),
  SET_ALERT_ROUTE_STATUS(
      "setAlertRouteStatus", "POST /v1/admin/control/alerts/routes/{id}/status", UNKEYED, ADMIN),
  LIST_ALERT_DELIVERIES(
      "listAlertDeliveries", "GET /v1/admin/control/alerts/deliveries", READ, ADMIN),
  ENQUEUE_INCIDENT_PUBLISH(
      "enqueueIncidentPublish", "POST /v1/admin/control/incident-publish/jobs", UNKEYED, ADMIN),
  LIST_INCIDENT_PUBLISH_JOBS(
      "listIncidentPublishJobs", "GET /v1/admin/control/incident-publish/jobs", READ, ADMIN),
  REPLAY_INCIDENT_PUBLISH(
      "replayIncidentPublish",
      "POST /v1/admin/control/incident-publish/jobs/replay",
      UNKEYED,
      ADMIN),
  GET_TENANT_DASHBOARD(
      "getTenantDashboard", "GET /v1/admin/control/dashboard/tenant/{tenant_id}", READ, ADMIN),
  GET_INCIDENT_PUBLISH_ROLLUP(
      "getIncidentPublishRollup",
      "GET /v1/admin/control/dashboard/tenant/{tenant_id}/incident-publish-rollup",
      READ,
      ADMIN),
  GET_INCIDENT_PUBLISH_SLO(
      "getIncidentPublishSlo",
      "GET /v1/admin/control/dashboard/tenant/{tenant_id}/incident-publish-slo",
      READ,
      ADMIN),
  GET_TENANT_TIMESERIES(
      "getTenantTimeseries",
      "GET /v1/admin/control/dashboard/tenant/{tenant_id}/timeseries",
      READ,
      ADMIN),
  GET_TENANT_KEY_USAGE(
      "getTenantKeyUsage",
      "GET /v1/admin/control/dashboard/tenant/{tenant_id}/key-usage",
      READ,
      ADMIN),
  GET_TENANT_DIAGNOSTICS(
      "getTenantDiagnostics", "GET /v1/admin/control/diagnostics/tenant/{tenant_id}", READ, ADMIN),
  CREATE_ADMIN_CREDENTIAL(
      "createAdminCredential", "POST /v1/admin/control/admin-credentials", UNKEYED, ADMIN),
  LIST_ADMIN_CREDENTIALS(
      "listAdminCredentials", "GET /v1/admin/control/admin-credentials", READ, ADMIN),
  REVOKE_ADMIN_CREDENTIAL(
      "revokeAdminCredential",
      "POST /v1/admin/control/admin-credentials/{id}/revoke",
      UNKEYED,
      ADMIN),
  LIST_JOBS("listJobs", "GET /v1/admin/control/jobs", READ, ADMIN),
  RUN_JOB("runJob", "POST /v1/admin/control/jobs/{name}/runs", KEYED, ADMIN),
  LIST_JOB_RUNS("listJobRuns", "GET /v1/admin/control/job-runs", READ, ADMIN),
  GET_JOB_RUN("getJobRun", "GET /v1/admin/control/job-runs/{run_id}", READ, ADMIN),
  GET_JOB_RESULT("getJobResult", "GET /v1/admin/control/job-runs/{run_id}/result", READ, ADMIN),
  STOP_JOB_RUN("stopJobRun", "POST /v1/admin/control/job-runs/{run_id}/stop", UNKEYED, ADMIN),
  RESTART_JOB_RUN(
      "restartJobRun", "POST /v1/admin/control/job-runs/{run_id}/restart", UNKEYED, ADMIN),
  LIST_JOB_SCHEDULES("listJobSchedules", "GET /v1/admin/control/job-schedules", READ, ADMIN),
  CREATE_JOB_SCHEDULE("createJobSchedule", "POST /v1/admin/control/job-schedules", UNKEYED, ADMIN),
  GET_JOB_SCHEDULE("getJobSchedule", "GET /v1/admin/control/job-schedules/{id}", READ, ADMIN),
  REPLACE_JOB_SCHEDULE(
      "replaceJobSchedule", "PUT /v1/admin/control/job-schedules/{id}", UNKEYED, ADMIN),
  DELETE_JOB_SCHEDULE(
      "deleteJobSchedule", "DELETE /v1/admin/control/job-schedules/{id}", UNKEYED, ADMIN),
  LIST_AUDIT_EVENTS("listAuditEvents", "GET /v1/admin/control/audit-events", READ, ADMIN),
  DRAIN("drain", "POST /v1/admin/server/drain", UNKEYED, ADMIN);

  /** What may be repeated when nobody knows whether the server did it. */
  enum Safety {
    /** Changes nothing. */
    READ,
    /** Happens once for each Idempotency-Key. */
    KEYED,
    /** Neither: repeated only when it was surely not done. */
    UNKEYED
  }

  /** What the client adds to the requests of an operation. */
  enum Default {
    ADMIN,
    TENANT_HEADER,
    TENANT_BODY,
    SCOPE_BODY,
    SCOPE_QUERY
  }

  private final String id;
  private final String method;
  private final String path;
  private final Safety safety;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed
  private final Set<Default> defaults;

  Operation(String id, String line, Safety safety, Default... defaults) {
    this.id = id;
    this.method = line.substring(0, line.indexOf(' '));
    this.path = line.substring(line.indexOf(' ') + 1);
    this.safety = safety;
    this.defaults = Set.of(defaults);
  }

  /** The {@code operationId}. */
  String id() {
    return id;
  }

  String method() {
    return method;
  }

  /** With its parameters in braces. */
  String path() {
    return path;
  }

  Safety safety() {
    return safety;
  }

  boolean takes(Default one) {
    return defaults.contains(one);
  }
}
