package io.perdura.audit;

/**
 * Who called, from where and about what: the part of a row that an erasure takes away. Null is
 * unknown.
 *
 * @param principal names the credential, never the secret itself
 * @param bodySha256 of the request's body as it was sent
 */
public record Caller(
    String principal,
    String agent,
    String team,
    String address,
    String requestId,
    String tenant,
    String scope,
    String bodySha256) {
  /** Nobody in particular. */
  static final Caller NOBODY = new Caller(null, null, null, null, null, null, null, null);
}
