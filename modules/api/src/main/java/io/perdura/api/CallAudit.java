package io.perdura.api;

import io.perdura.access.Principal;
import io.perdura.access.WorkClass;
import io.perdura.audit.AuditTrail;
import io.perdura.audit.CallFacts;
import io.perdura.audit.Caller;
import io.perdura.audit.Chains;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.LogContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/**
 * Sees to it that every call leaves one row in the audit trail: with its transaction when it
 * commits one, otherwise in the spool before its answer leaves.
 *
 * <p>Whose chain: the principal's tenant, never one that the request merely names. Calls to the
 * administration have a chain of their own. A refused call without a valid credential goes to the
 * anonymous chain.
 *
 * <p>A tool call of an agent is a call of the route that the tool wraps. The request that brought
 * it has a row of its own only when it brought anything else.
 */
@ApplicationScoped
class CallAudit {
  /** Routes of the reading class that store a decision. */
  private static final Set<Route> STORING = Set.of(Routes.TOOLS_SELECT, Routes.PLANNING_CONTEXT);

  private final AuditTrail trail;
  private final Admission admission;
  private final Clock clock;

  /** For the container's proxy. */
  protected CallAudit() {
    this(null, null, null);
  }

  @Inject
  CallAudit(AuditTrail trail, Admission admission, Clock clock) {
    this.trail = trail;
    this.admission = admission;
    this.clock = clock;
  }

  /** Begins a call; null when its route commits nothing. End it with {@link CallRecord#close}. */
  CallRecord begin(Exchange exchange, HttpServletRequest request) {
    return mayCommit(exchange.route())
        ? CallRecord.open((commitId, changes) ->
            trail.committed(
                facts(exchange, exchange.route().success(), commitId, changes),
                caller(exchange, request)))
        : null;
  }

  private static boolean mayCommit(Route route) {
    if (route.work() == null) {
      return route.guard() == Route.Guard.ADMIN && !route.method().equals("GET");
    }
    return route.work() == WorkClass.WRITE || STORING.contains(route);
  }

  /**
   * Makes sure that the call has its row; to be called before the first byte of the answer leaves.
   *
   * @param record what {@link #begin} returned
   * @return the answer to give instead, null to go on
   */
  Problem leaving(Exchange exchange, HttpServletRequest request, CallRecord record, int status) {
    boolean written =
        record != null && record.isCommitted() && status == exchange.route().success();
    boolean told = exchange.isToldByItsMessages() && status < 400;
    if (written || told || exchange.route().guard() == Route.Guard.NOBODY) {
      return null;
    }
    try {
      trail.spool(
          facts(exchange, status, LogContext.get(LogContext.COMMIT_ID), List.of()),
          caller(exchange, request));
      return null;
    } catch (ApiException e) {
      return Problem.of(e, exchange.route());
    }
  }

  private CallFacts facts(Exchange exchange, int status, String commitId, List<String> changes) {
    double elapsedMs = exchange.elapsedMs();
    Instant arrived = clock.instant().minusNanos((long) (elapsedMs * 1e6));
    return new CallFacts(
        exchange.callId(),
        chain(exchange, status),
        arrived.truncatedTo(ChronoUnit.MILLIS),
        exchange.route().method() + " " + exchange.route().path(),
        status,
        elapsedMs,
        commitId,
        changes);
  }

  private static String chain(Exchange exchange, int status) {
    if (exchange.principal().isPresent()) {
      return Chains.tenant(exchange.principal().get().tenantId());
    }
    boolean administration = exchange.route().path().startsWith("/v1/admin/");
    if (exchange.isAdmitted() && administration) {
      return Chains.CONTROL;
    }
    // Packs under the admin token, and everybody where authentication is switched off.
    return exchange.isAdmitted() && status < 400
        ? Chains.tenant(exchange.owner().tenant())
        : Chains.ANONYMOUS;
  }

  private Caller caller(Exchange exchange, HttpServletRequest request) {
    Owner owner = exchange.owner();
    return new Caller(
        principal(exchange),
        exchange.principal().map(Principal::agentId).orElse(null),
        exchange.principal().map(Principal::teamId).orElse(null),
        admission.clientAddress(request),
        exchange.requestId(),
        owner == null ? null : owner.tenant(),
        owner == null ? null : owner.scope(),
        exchange.bodySha256());
  }

  /** Names the credential without showing it. */
  private static String principal(Exchange exchange) {
    if (exchange.principal().isPresent()) {
      Principal principal = exchange.principal().get();
      return principal.keyPrefix() == null
          ? principal.fingerprint()
          : "key:" + principal.keyPrefix();
    }
    return exchange.admin() == null ? null : exchange.admin().name();
  }
}
