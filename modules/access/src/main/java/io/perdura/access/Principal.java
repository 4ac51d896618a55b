package io.perdura.access;

/**
 * Who calls, as a credential proved it. A principal without agent (or team) speaks for its whole
 * tenant.
 *
 * @param tenantId the tenant that every request of this principal belongs to
 * @param agentId the agent it is bound to, null when none
 * @param teamId the team it is bound to, null when none
 * @param role carried for later use; grants nothing, null when none
 * @param fingerprint names the credential without revealing it
 * @param keyPrefix the first characters of a managed API key, for telemetry; null for any other
 *     credential
 */
public record Principal(
    String tenantId,
    String agentId,
    String teamId,
    String role,
    String fingerprint,
    String keyPrefix) {

  /** A principal whose credential is no managed key. */
  public Principal(
      String tenantId, String agentId, String teamId, String role, String fingerprint) {
    this(tenantId, agentId, teamId, role, fingerprint, null);
  }
}
