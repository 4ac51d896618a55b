package io.perdura.control;

/**
 * Who changes the control plane, as its audit events name it.
 *
 * @param name {@code admin_token} for the operator's token
 * @param requestId the request that did it
 */
public record Actor(String name, String requestId) {
  /** The holder of the operator's token. */
  public static Actor adminToken(String requestId) {
    return new Actor("admin_token", requestId);
  }
}
