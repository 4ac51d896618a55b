package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.access.Principal;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuleGateTest {
  private static Optional<Principal> role(String role) {
    return Optional.of(new Principal("acme", null, null, role, "f"));
  }

  @Test
  void withoutConfiguredRolesEverybodyMayChangeStates() {
    RuleGate gate = new RuleGate(Settings.of(Map.of()));
    assertThatCode(() -> gate.require(role(null))).doesNotThrowAnyException();
    assertThatCode(() -> gate.require(Optional.empty())).doesNotThrowAnyException();
  }

  @Test
  void aConfiguredRoleIsNeededWhereCallersAreKnown() {
    RuleGate gate = new RuleGate(Settings.of(Map.of("PERDURA_RULE_STATE_ROLES", "owner, admin,")));
    assertThatCode(() -> gate.require(role("admin"))).doesNotThrowAnyException();
    assertThatCode(() -> gate.require(Optional.empty())).doesNotThrowAnyException();
    for (String role : new String[] {"member", null, ""}) {
      ApiException refusal =
          catchThrowableOfType(ApiException.class, () -> gate.require(role(role)));
      assertThat(refusal.status()).isEqualTo(403);
      assertThat(refusal.code()).isEqualTo("role_required");
    }
  }
}
