package io.perdura.memory;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;

/**
 * Who writes, as the access layer established it: the only agent and team that a request may name
 * as producer or owner.
 *
 * @param agentId null when the principal has none; then any agent may be named
 * @param teamId null when the principal has none; then any team may be named
 */
public record WriteIdentity(String agentId, String teamId) {
  /**
   * Refuses {@code provided} when both sides name somebody and they differ.
   *
   * @param field path of the field in the request, for the answer
   * @throws ApiException 403 {@code identity_mismatch}
   */
  void check(String field, String provided, String expected) {
    if (provided != null && expected != null && !provided.equals(expected)) {
      throw new ApiException(
          403,
          "identity_mismatch",
          "the request names somebody else than the caller",
          Jsons.object().put("field", field).put("provided", provided).put("expected", expected));
    }
  }
}
