package io.perdura.access;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The operator's token: packs, administration and debug embeddings. Compared in constant time. */
@ApplicationScoped
public class AdminToken {
  private final byte[] digest;
  private final byte[] untrimmedDigest;
  private final boolean production;

  /** For the container's proxy. */
  protected AdminToken() {
    this.digest = null;
    this.untrimmedDigest = null;
    this.production = true;
  }

  @Inject
  public AdminToken(Settings settings) {
    String token = settings.get(AccessSettings.ADMIN_TOKEN);
    this.digest = token == null ? null : digest(TextRules.trim(token));
    this.untrimmedDigest = token == null ? null : digest(token);
    this.production = settings.isProduction();
  }

  /**
   * Passes a caller that presents the token.
   *
   * @param presented the X-Admin-Token header, null when absent
   * @throws ApiException 503 {@code admin_not_configured} without a token, else 401 {@code
   *     unauthorized_admin}
   */
  public void require(String presented) {
    if (digest == null) {
      throw new ApiException(503, "admin_not_configured", "set ADMIN_TOKEN to use this endpoint");
    }
    if (!isValid(presented)) {
      throw new ApiException(401, "unauthorized_admin", "valid X-Admin-Token is required");
    }
  }

  /** Tells whether {@code presented} is the configured token; both are trimmed. */
  public boolean isValid(String presented) {
    return digest != null
        && presented != null
        && MessageDigest.isEqual(digest, digest(TextRules.trim(presented)));
  }

  /**
   * Tells whether a caller may see debug embeddings: it presents the token exactly, or none is
   * configured, this is not production and the caller is on this host (policy-control, section
   * 3.7).
   */
  public boolean allowsDebugEmbeddings(String presented, String clientAddress) {
    if (untrimmedDigest == null) {
      return !production && ClientAddress.isLoopback(clientAddress);
    }
    return presented != null && MessageDigest.isEqual(untrimmedDigest, digest(presented));
  }

  private static byte[] digest(String token) {
    return Hashes.sha256(token.getBytes(StandardCharsets.UTF_8));
  }
}
