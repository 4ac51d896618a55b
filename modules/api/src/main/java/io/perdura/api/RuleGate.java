package io.perdura.api;

import io.perdura.access.Principal;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import io.perdura.policy.PolicySettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who may put rules in force (defect D13): everybody, unless roles are configured. */
@ApplicationScoped
public class RuleGate {
  private final List<String> roles;

  /** For the container's proxy. */
  protected RuleGate() {
    this.roles = List.of();
  }

  @Inject
  public RuleGate(Settings settings) {
    String configured = settings.get(PolicySettings.PERDURA_RULE_STATE_ROLES);
    this.roles =
        configured == null
            ? List.of()
            : Arrays.stream(configured.split(",", -1))
                .map(String::trim)
                .filter(role -> !role.isEmpty())
                .toList();
  }

  /**
   * Refuses a principal without one of the roles. Where nobody is asked who they are, nobody is
   * refused.
   *
   * @throws ApiException 403 {@code role_required}
   */
  void require(Optional<Principal> principal) {
    boolean refused =
        !roles.isEmpty() && principal.isPresent() && !roles.contains(principal.get().role());
    if (refused) {
      throw new ApiException(
          403, "role_required", "the caller's role may not change the state of rules");
    }
  }
}
