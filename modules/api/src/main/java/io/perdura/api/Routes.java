package io.perdura.api;

import io.perdura.access.AdminNeed;
import io.perdura.access.AdminRole;
import io.perdura.access.IdentityKind;
import io.perdura.access.WorkClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every route of the public port. What is not here is answered 404. */
final class Routes {
  static final Route HEALTH = Route.open("GET", "/health");
  static final Route HEALTH_STARTED = Route.open("GET", "/health/started");
  static final Route HEALTH_READY = Route.open("GET", "/health/ready");
  static final Route HEALTH_LIVE = Route.open("GET", "/health/live");
  static final Route LB_CHECK = Route.open("GET", "/lb-check");
  static final Route OPENAPI = Route.open("GET", "/openapi");
  static final Route METRICS = Route.open("GET", "/metrics");

  static final Route WRITE =
      Route.memory("POST", "/v1/memory/write", IdentityKind.PRODUCER, WorkClass.WRITE)
          .withGate(WorkClass.WRITE)
          .withKey()
          .withTelemetry("write");
  static final Route FIND =
      Route.memory("POST", "/v1/memory/find", IdentityKind.CONSUMER, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withTelemetry("recall");
  static final Route RECALL =
      Route.memory("POST", "/v1/memory/recall", IdentityKind.RECALL, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withBodyFirst()
          .withTelemetry("recall");
  static final Route RECALL_TEXT =
      Route.memory("POST", "/v1/memory/recall_text", IdentityKind.RECALL, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withBodyFirst()
          .withTelemetry("recall_text");
  static final Route SESSIONS =
      Route.memory("POST", "/v1/memory/sessions", IdentityKind.PRODUCER, WorkClass.WRITE)
          .withGate(WorkClass.WRITE)
          .withKey()
          .withTelemetry("write");
  static final Route EVENTS =
      Route.memory("POST", "/v1/memory/events", IdentityKind.PRODUCER, WorkClass.WRITE)
          .withGate(WorkClass.WRITE)
          .withKey()
          .withTelemetry("write");
  static final Route SESSION_EVENTS =
      Route.memory(
              "GET",
              "/v1/memory/sessions/{session_id}/events",
              IdentityKind.CONSUMER,
              WorkClass.RECALL)
          .withGate(WorkClass.RECALL);
  static final Route PACKS_EXPORT =
      Route.admin("POST", "/v1/memory/packs/export")
          .withGate(WorkClass.RECALL)
          .withTelemetry("recall");
  static final Route PACKS_IMPORT =
      Route.admin("POST", "/v1/memory/packs/import")
          .withGate(WorkClass.WRITE)
          .withKey()
          .withTelemetry("write");
  static final Route REHYDRATE =
      Route.memory("POST", "/v1/memory/archive/rehydrate", IdentityKind.TENANT, WorkClass.WRITE)
          .withKey();
  static final Route ACTIVATE =
      Route.memory("POST", "/v1/memory/nodes/activate", IdentityKind.TENANT, WorkClass.WRITE)
          .withKey();

  static final Route FEEDBACK =
      Route.memory("POST", "/v1/memory/feedback", IdentityKind.TENANT, WorkClass.WRITE).withKey();
  static final Route RULES_STATE =
      Route.memory("POST", "/v1/memory/rules/state", IdentityKind.TENANT, WorkClass.WRITE)
          .withKey();
  static final Route RULES_EVALUATE =
      Route.memory("POST", "/v1/memory/rules/evaluate", IdentityKind.CONTEXT, WorkClass.RECALL)
          .withGate(WorkClass.RECALL);
  static final Route TOOLS_SELECT =
      Route.memory("POST", "/v1/memory/tools/select", IdentityKind.CONTEXT, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withKey();
  static final Route TOOLS_DECISION =
      Route.memory("POST", "/v1/memory/tools/decision", IdentityKind.TENANT, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withTelemetry("recall");
  static final Route TOOLS_FEEDBACK =
      Route.memory("POST", "/v1/memory/tools/feedback", IdentityKind.CONTEXT, WorkClass.WRITE)
          .withKey();
  static final Route PLANNING_CONTEXT =
      Route.memory("POST", "/v1/memory/planning/context", IdentityKind.PLANNER, WorkClass.RECALL)
          .withGate(WorkClass.RECALL)
          .withBodyFirst()
          .withKey()
          .withTelemetry("recall");

  /** Tool calls of agents; each passes the checks of the route that it wraps besides. */
  static final Route MCP = Route.memory("POST", "/mcp", IdentityKind.TENANT, null);

  static final Route ERASE_NODE = Route.admin("POST", "/v1/admin/erase/node").withKey();
  static final Route ERASE_SESSION = Route.admin("POST", "/v1/admin/erase/session").withKey();
  static final Route ERASE_SCOPE = Route.admin("POST", "/v1/admin/erase/scope").withKey();
  static final Route ERASE_TENANT = Route.admin("POST", "/v1/admin/erase/tenant").withKey();
  static final Route ERASE_RESIDUE =
      Route.admin("POST", "/v1/admin/erase/residue", AdminNeed.everywhere(AdminRole.READER));
  static final Route ERASE_LEDGER =
      Route.admin("GET", "/v1/admin/erase/ledger", AdminNeed.everywhere(AdminRole.READER));
  static final Route ERASE_REPLAY = Route.admin("POST", "/v1/admin/erase/replay");
  static final Route CHAIN_VERIFY =
      Route.admin("POST", "/v1/admin/chain/verify", AdminNeed.everywhere(AdminRole.READER));
  static final Route MEMBERS =
      Route.admin("GET", "/v1/admin/control/members", AdminNeed.everywhere(AdminRole.READER));
  static final Route CONFIGURATION =
      Route.admin("GET", "/v1/admin/control/configuration", AdminNeed.everywhere(AdminRole.READER));
  static final Route DRAIN =
      Route.admin("POST", "/v1/admin/server/drain", AdminNeed.everywhere(AdminRole.OPERATOR));

  private static final List<Route> OWN =
      List.of(
          HEALTH,
          HEALTH_STARTED,
          HEALTH_READY,
          HEALTH_LIVE,
          LB_CHECK,
          OPENAPI,
          METRICS,
          WRITE,
          FIND,
          RECALL,
          RECALL_TEXT,
          SESSIONS,
          EVENTS,
          SESSION_EVENTS,
          PACKS_EXPORT,
          PACKS_IMPORT,
          REHYDRATE,
          ACTIVATE,
          FEEDBACK,
          RULES_STATE,
          RULES_EVALUATE,
          TOOLS_SELECT,
          TOOLS_DECISION,
          TOOLS_FEEDBACK,
          PLANNING_CONTEXT,
          MCP,
          ERASE_NODE,
          ERASE_SESSION,
          ERASE_SCOPE,
          ERASE_TENANT,
          ERASE_RESIDUE,
          ERASE_LEDGER,
          ERASE_REPLAY,
          CHAIN_VERIFY,
          MEMBERS,
          CONFIGURATION,
          DRAIN);

  static final List<Route> ALL = Stream.concat(OWN.stream(), ControlRoutes.ALL.stream()).toList();

  private static final Map<String, Route> FIXED = new HashMap<>();
  private static final List<Route> WITH_PARAMETER =
      ALL.stream().filter(Route::hasParameter).toList();

  static {
    for (Route route : ALL) {
      if (!route.hasParameter()) {
        FIXED.put(route.method() + route.path(), route);
      }
    }
  }

  private Routes() {}

  /**
   * Finds the route of a request; null when there is none.
   *
   * @param rawPath the path as sent, not decoded: a trailing slash is another path
   */
  static Route find(String method, String rawPath) {
    String effective = method.equals("HEAD") ? "GET" : method;
    Route fixed = FIXED.get(effective + rawPath);
    if (fixed != null) {
      return fixed;
    }
    for (Route route : WITH_PARAMETER) {
      if (route.method().equals(effective) && route.parameter(rawPath).isPresent()) {
        return route;
      }
    }
    return null;
  }
}
