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
 */
public record Principal(
    String tenantId, String agentId, String teamId, String role, String fingerprint) {}
