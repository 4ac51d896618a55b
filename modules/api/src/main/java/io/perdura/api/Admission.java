package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.AdminGate;
import io.perdura.access.AdminNeed;
import io.perdura.access.AdminRole;
import io.perdura.access.AdminToken;
import io.perdura.access.Authenticator;
import io.perdura.access.ClientAddress;
import io.perdura.access.IdentityFields;
import io.perdura.access.IdentityRules;
import io.perdura.access.Limiter;
import io.perdura.access.WorkClass;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Who calls, for whom, and how often: the checks before a request may work. */
@ApplicationScoped
class Admission {
  static final String PROBE_HEADER = "x-perdura-probe";

  private static final AdminNeed PROBE_NEED = AdminNeed.everywhere(AdminRole.OPERATOR);

  private final Authenticator authenticator;
  private final AdminToken adminToken;
  private final AdminGate adminGate;
  private final IdentityRules rules;
  private final ClientAddress addresses;
  private final Limiter limiter;
  private final Owner.Defaults defaults;

  /** For the container's proxy. */
  protected Admission() {
    this.authenticator = null;
    this.adminToken = null;
    this.adminGate = null;
    this.rules = null;
    this.addresses = null;
    this.limiter = null;
    this.defaults = null;
  }

  @Inject
  Admission(
      Authenticator authenticator,
      AdminToken adminToken,
      AdminGate adminGate,
      IdentityRules rules,
      ClientAddress addresses,
      Limiter limiter,
      Settings settings) {
    this.authenticator = authenticator;
    this.adminToken = adminToken;
    this.adminGate = adminGate;
    this.rules = rules;
    this.addresses = addresses;
    this.limiter = limiter;
    this.defaults = new Owner.Defaults(settings.defaults());
  }

  /** Checks credential and identity of a request with a body, and fills the identity in. */
  void identify(Exchange exchange, HttpServletRequest request, JsonNode body) {
    authenticate(exchange, request);
    if (body instanceof ObjectNode fields) {
      IdentityFields identity = IdentityFields.of(fields);
      rules.apply(
          exchange.route().identity(),
          exchange.principal(),
          request.getHeader("x-tenant-id"),
          identity);
      exchange.owner(defaults.owner(identity));
    }
  }

  /** The same for a request whose fields are in {@code query}. */
  void identify(Exchange exchange, HttpServletRequest request, Map<String, List<String>> query) {
    authenticate(exchange, request);
    IdentityFields identity = IdentityFields.of(query);
    rules.apply(
        exchange.route().identity(),
        exchange.principal(),
        request.getHeader("x-tenant-id"),
        identity);
    exchange.owner(defaults.owner(identity));
  }

  /** Charges the request to the limits of its client and its tenant. */
  void charge(Exchange exchange, HttpServletRequest request, boolean wantsEmbeddings) {
    Route route = exchange.route();
    if (route.work() == null) {
      return;
    }
    Limiter.Caller caller =
        new Limiter.Caller(
            exchange.principal(),
            exchange.owner().tenant(),
            clientAddress(request),
            adminToken.isValid(request.getHeader("x-admin-token")));
    limiter.charge(categories(route, wantsEmbeddings), caller);
  }

  private static List<Limiter.Category> categories(Route route, boolean wantsEmbeddings) {
    List<Limiter.Category> categories = new ArrayList<>();
    categories.add(
        route.work() == WorkClass.WRITE ? Limiter.Category.WRITE : Limiter.Category.RECALL);
    if (wantsEmbeddings && route.validatedFirst()) {
      categories.add(Limiter.Category.DEBUG_EMBEDDINGS);
    }
    if (route.equals(Routes.RECALL_TEXT) || route.equals(Routes.PLANNING_CONTEXT)) {
      categories.add(Limiter.Category.RECALL_TEXT_EMBED);
    }
    return categories;
  }

  String clientAddress(HttpServletRequest request) {
    return addresses.of(
        request.getRemoteAddr(), Collections.list(request.getHeaders("x-forwarded-for")));
  }

  /**
   * A read with this header is an operator's who judges the scope: it leaves neither telemetry nor
   * a row of the recall audit there. The audit trail of calls has it like any other.
   */
  private void markProbe(Exchange exchange, HttpServletRequest request) {
    String asked = request.getHeader(PROBE_HEADER);
    if (asked != null && exchange.route().work() == WorkClass.RECALL) {
      adminGate.admit(request.getHeader("x-admin-token"), PROBE_NEED);
      exchange.markProbe();
    }
  }

  private void authenticate(Exchange exchange, HttpServletRequest request) {
    exchange.owner(defaults.nobody());
    switch (exchange.route().guard()) {
      case PRINCIPAL ->
          exchange.principal(
              authenticator.authenticate(
                  request.getHeader("x-api-key"), request.getHeader("authorization")));
      case ADMIN ->
          exchange.admin(
              adminGate.admit(request.getHeader("x-admin-token"), exchange.route().need()));
      case NOBODY -> {} // open to everybody
    }
    markProbe(exchange, request);
    exchange.admit();
  }
}
