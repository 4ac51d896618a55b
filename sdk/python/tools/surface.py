"""Where each operation of the OpenAPI document sits in the client. Written by hand; everything else about an operation is
read from the document.

The generator refuses a document that has an operation that is missing here, and an entry here that the document lacks.
"""

from __future__ import annotations

from typing import Dict, NamedTuple

# Groups in the order in which the client has them.
GROUPS = {
    "memory": "Write, find and recall; keep memory warm.",
    "sessions": "Sessions and their events.",
    "rules": "Rules: put them in force, evaluate them, tell how they did.",
    "tools": "Choose a tool under the rules in force, and tell how it did.",
    "planning": "Recall, rules and a tool in one answer.",
    "packs": "A scope's memory as one document. Needs the admin token.",
    "mcp": "The Model Context Protocol.",
    "health": "Probes and self-description. Open to everybody.",
    "admin": "Erasure, the cluster and the control plane. Needs the admin token.",
}


class Place(NamedTuple):
    group: str
    method: str


SURFACE: Dict[str, Place] = {
    "write": Place("memory", "write"),
    "find": Place("memory", "find"),
    "recall": Place("memory", "recall"),
    "recallText": Place("memory", "recall_text"),
    "rehydrate": Place("memory", "rehydrate"),
    "activateNodes": Place("memory", "activate"),
    "createSession": Place("sessions", "create"),
    "appendEvent": Place("sessions", "append_event"),
    "listSessionEvents": Place("sessions", "events"),
    "ruleFeedback": Place("rules", "feedback"),
    "setRuleState": Place("rules", "set_state"),
    "evaluateRules": Place("rules", "evaluate"),
    "selectTool": Place("tools", "select"),
    "toolDecision": Place("tools", "decision"),
    "toolFeedback": Place("tools", "feedback"),
    "planningContext": Place("planning", "context"),
    "exportPack": Place("packs", "export"),
    "importPack": Place("packs", "import_"),
    "mcp": Place("mcp", "send"),
    "health": Place("health", "check"),
    "healthStarted": Place("health", "started"),
    "healthReady": Place("health", "ready"),
    "healthLive": Place("health", "live"),
    "lbCheck": Place("health", "lb_check"),
    "openapi": Place("health", "openapi"),
    "metrics": Place("health", "metrics"),
    "eraseNode": Place("admin", "erase_node"),
    "eraseSession": Place("admin", "erase_session"),
    "eraseScope": Place("admin", "erase_scope"),
    "eraseTenant": Place("admin", "erase_tenant"),
    "eraseResidue": Place("admin", "erase_residue"),
    "exportErasureLedger": Place("admin", "export_erasure_ledger"),
    "replayErasures": Place("admin", "replay_erasures"),
    "verifyChain": Place("admin", "verify_chain"),
    "listMembers": Place("admin", "list_members"),
    "getConfiguration": Place("admin", "get_configuration"),
    "putTenant": Place("admin", "put_tenant"),
    "listTenants": Place("admin", "list_tenants"),
    "putProject": Place("admin", "put_project"),
    "createApiKey": Place("admin", "create_api_key"),
    "listApiKeys": Place("admin", "list_api_keys"),
    "reportStaleApiKeys": Place("admin", "report_stale_api_keys"),
    "revokeApiKey": Place("admin", "revoke_api_key"),
    "rotateApiKey": Place("admin", "rotate_api_key"),
    "putTenantQuota": Place("admin", "put_tenant_quota"),
    "getTenantQuota": Place("admin", "get_tenant_quota"),
    "deleteTenantQuota": Place("admin", "delete_tenant_quota"),
    "createAlertRoute": Place("admin", "create_alert_route"),
    "listAlertRoutes": Place("admin", "list_alert_routes"),
    "setAlertRouteStatus": Place("admin", "set_alert_route_status"),
    "listAlertDeliveries": Place("admin", "list_alert_deliveries"),
    "enqueueIncidentPublish": Place("admin", "enqueue_incident_publish"),
    "listIncidentPublishJobs": Place("admin", "list_incident_publish_jobs"),
    "replayIncidentPublish": Place("admin", "replay_incident_publish"),
    "getTenantDashboard": Place("admin", "get_tenant_dashboard"),
    "getIncidentPublishRollup": Place("admin", "get_incident_publish_rollup"),
    "getIncidentPublishSlo": Place("admin", "get_incident_publish_slo"),
    "getTenantTimeseries": Place("admin", "get_tenant_timeseries"),
    "getTenantKeyUsage": Place("admin", "get_tenant_key_usage"),
    "getTenantDiagnostics": Place("admin", "get_tenant_diagnostics"),
    "createAdminCredential": Place("admin", "create_admin_credential"),
    "listAdminCredentials": Place("admin", "list_admin_credentials"),
    "revokeAdminCredential": Place("admin", "revoke_admin_credential"),
    "listJobs": Place("admin", "list_jobs"),
    "runJob": Place("admin", "run_job"),
    "listJobRuns": Place("admin", "list_job_runs"),
    "getJobRun": Place("admin", "get_job_run"),
    "getJobResult": Place("admin", "get_job_result"),
    "stopJobRun": Place("admin", "stop_job_run"),
    "restartJobRun": Place("admin", "restart_job_run"),
    "listJobSchedules": Place("admin", "list_job_schedules"),
    "createJobSchedule": Place("admin", "create_job_schedule"),
    "getJobSchedule": Place("admin", "get_job_schedule"),
    "replaceJobSchedule": Place("admin", "replace_job_schedule"),
    "deleteJobSchedule": Place("admin", "delete_job_schedule"),
    "listAuditEvents": Place("admin", "list_audit_events"),
    "drain": Place("admin", "drain"),
}
