package io.perdura.policy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import java.sql.SQLException;
import java.util.UUID;

/** Refusals of the policy loop. */
final class Faults {
  private Faults() {}

  static ApiException unknownRule(UUID id, ScopeKey scope) {
    return ApiException.badRequest(
        "rule_not_found_in_scope",
        "no rule with this id is in the scope",
        Jsons.object()
            .put("rule_node_id", id.toString())
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value()));
  }

  /** {@code status}: 404 where the decision was asked for, 400 where it was only named. */
  static ApiException unknownDecision(int status, UUID id, ScopeKey scope) {
    return new ApiException(
        status,
        "decision_not_found_in_scope",
        "no decision with this id is in the scope",
        Jsons.object()
            .put("decision_id", id.toString())
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value()));
  }

  /** Returns {@code e}, or throws the refusal when the caller's values are to blame. */
  static SQLException translate(SQLException e) {
    String state = e.getSQLState();
    if (state == null || !(state.startsWith("22") || state.equals("54000"))) {
      return e;
    }
    ApiException refusal =
        ApiException.badRequest(
            "value_not_storable",
            "a value is too long, too large or not text that the store can hold",
            Jsons.object().put("sql_state", state));
    refusal.initCause(e);
    throw refusal;
  }
}
