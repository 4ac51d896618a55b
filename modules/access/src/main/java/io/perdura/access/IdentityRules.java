package io.perdura.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Keeps a request inside its principal's identity (contract, section 1.17): a claim that differs is
 * refused, a missing one is filled in. Blank counts as absent on both sides.
 *
 * <p>Unlike the reference, the nodes of a write are checked like the request itself (quirk Q7).
 */
@ApplicationScoped
public class IdentityRules {
  private static final String TENANT = "tenant_id";
  private final boolean strict;

  /** For the container's proxy. */
  protected IdentityRules() {
    this.strict = true;
  }

  @Inject
  public IdentityRules(Settings settings) {
    this.strict = settings.get(AccessSettings.PERDURA_IDENTITY_STRICT);
  }

  /**
   * Checks and completes {@code fields}.
   *
   * @param headerTenant the X-Tenant-Id header, null when absent: the tenant when the request
   *     itself names none
   * @throws ApiException 403 {@code identity_mismatch}
   */
  public void apply(
      IdentityKind kind,
      Optional<Principal> principal,
      String headerTenant,
      IdentityFields fields) {
    if (kind == IdentityKind.NONE) {
      return;
    }
    String explicit = first(fields, TENANT);
    String tenant = explicit != null ? explicit : TextRules.trimToNull(headerTenant);
    if (principal.isEmpty()) {
      if (explicit == null && tenant != null) {
        fields.set(TENANT, tenant);
      }
      return;
    }
    enforce(kind, principal.get(), tenant, fields);
  }

  private void enforce(
      IdentityKind kind, Principal principal, String tenant, IdentityFields fields) {
    if (tenant != null && !tenant.equals(principal.tenantId())) {
      throw mismatch(TENANT, tenant, principal.tenantId());
    }
    for (String value : fields.values(TENANT)) {
      compare(TENANT, value, principal.tenantId());
    }
    fields.set(TENANT, principal.tenantId());
    checkClaims(kind, principal, fields);
    switch (kind) {
      case CONSUMER, RECALL, PLANNER -> {
        fill(fields, "consumer_agent_id", principal.agentId());
        fill(fields, "consumer_team_id", principal.teamId());
      }
      case PRODUCER -> {
        fields.nodes().forEach(node -> checkClaims(kind, principal, node));
        fillProducer(principal, fields);
      }
      default -> {} // the tenant alone, or who acts
    }
    if (kind.context() != null && fields instanceof IdentityFields.Body body) {
      // A recall without context evaluates no rules; everywhere else there is always one.
      boolean needed = kind != IdentityKind.RECALL || body.body().hasNonNull(kind.context());
      if (needed) {
        new ContextClaims(body.body(), kind.context()).apply(principal, this::compare);
      }
    }
  }

  private void checkClaims(IdentityKind kind, Principal principal, IdentityFields fields) {
    for (String field : kind.fields()) {
      String expected = field.endsWith("_team_id") ? principal.teamId() : principal.agentId();
      for (String value : fields.values(field)) {
        compare(fields.prefix() + field, value, expected);
      }
    }
  }

  private void compare(String field, String value, String expected) {
    String claim = TextRules.trimToNull(value);
    if (claim != null && (expected == null ? strict : !claim.equals(expected))) {
      throw mismatch(field, claim, expected);
    }
  }

  private static void fillProducer(Principal principal, IdentityFields fields) {
    fill(fields, "producer_agent_id", principal.agentId());
    if (!fields.isAbsent("owner_agent_id") || !fields.isAbsent("owner_team_id")) {
      return;
    }
    if (principal.agentId() != null) {
      fill(fields, "owner_agent_id", principal.agentId());
    } else {
      fill(fields, "owner_team_id", principal.teamId());
    }
  }

  private static void fill(IdentityFields fields, String field, String value) {
    if (value != null && fields.isAbsent(field)) {
      fields.set(field, value);
    }
  }

  private static String first(IdentityFields fields, String field) {
    for (String value : fields.values(field)) {
      String text = TextRules.trimToNull(value);
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  private static ApiException mismatch(String field, String provided, String expected) {
    ObjectNode details = Jsons.object().put("field", field).put("provided", provided);
    details.put("expected", expected);
    return new ApiException(
        403, "identity_mismatch", field + " does not match the caller's identity", details);
  }
}
