package io.perdura.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.TextRules;
import java.util.Set;

/**
 * What a token says, its signature known to be right: whose it is and when it counts
 * (policy-control, section 3.3).
 *
 * @param expires seconds since 1970, infinite when it never does
 * @param notBefore seconds since 1970, minus infinite when it always did
 */
record TokenClaims(Principal principal, double expires, double notBefore) {

  /**
   * What tokens must say.
   *
   * @param issuer the only issuer; null = any
   * @param audiences one of them must be meant; empty = any
   * @param expiry whether a token must end
   */
  record Rules(String issuer, Set<String> audiences, boolean expiry) {}

  /**
   * Reads the claims; null when they make no valid token.
   *
   * @param ownSecret whether the token was signed with our secret: then it may leave issuer and
   *     audience out, because the secret was made for this service alone
   */
  static TokenClaims read(JsonNode claims, Rules rules, boolean ownSecret) {
    String tenant = first(claims, "tenant_id", "tenant");
    double expires = seconds(claims.get("exp"), Double.POSITIVE_INFINITY);
    double notBefore = seconds(claims.get("nbf"), Double.NEGATIVE_INFINITY);
    boolean timed =
        !Double.isNaN(expires)
            && !Double.isNaN(notBefore)
            && (!rules.expiry() || expires < Double.POSITIVE_INFINITY);
    if (tenant == null
        || !timed
        || !isFrom(claims.get("iss"), rules, ownSecret)
        || !isFor(claims.get("aud"), rules, ownSecret)) {
      return null;
    }
    String agent = first(claims, "agent_id", "sub");
    String team = first(claims, "team_id");
    String role = first(claims, "role");
    Principal principal =
        new Principal(tenant, agent, team, role, fingerprint(claims, tenant, agent, team, role));
    return new TokenClaims(principal, expires, notBefore);
  }

  /** Tells whether the token counts at {@code now}, clocks differing by {@code skew} at most. */
  boolean isLive(long now, int skew) {
    return now <= expires + skew && (double) now + skew >= notBefore;
  }

  /**
   * Names the caller and not the token, so that a renewed one keeps its limits and its idempotency
   * keys.
   */
  private static String fingerprint(JsonNode claims, String... identity) {
    String text =
        "token\n"
            + claims.path("iss")
            + "\n"
            + claims.path("sub")
            + "\n"
            + String.join("\n", java.util.Arrays.stream(identity).map(String::valueOf).toList());
    return Hashes.sha256Hex(text).substring(0, KeyRegistry.FINGERPRINT_DIGITS);
  }

  private static boolean isFrom(JsonNode issuer, Rules rules, boolean ownSecret) {
    if (rules.issuer() == null) {
      return true;
    }
    return issuer == null ? ownSecret : rules.issuer().equals(issuer.textValue());
  }

  private static boolean isFor(JsonNode audience, Rules rules, boolean ownSecret) {
    if (rules.audiences().isEmpty()) {
      return true;
    }
    if (audience == null) {
      return ownSecret;
    }
    if (audience.isTextual()) {
      return rules.audiences().contains(audience.textValue());
    }
    for (JsonNode one : audience) {
      if (one.isTextual() && rules.audiences().contains(one.textValue())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns not-a-number for what is there and no number: a typing error must not mean for ever.
   */
  private static double seconds(JsonNode claim, double absent) {
    if (claim == null || claim.isNull()) {
      return absent;
    }
    return claim.isNumber() ? claim.doubleValue() : Double.NaN;
  }

  private static String first(JsonNode claims, String... names) {
    for (String name : names) {
      JsonNode value = claims.get(name);
      String text =
          value != null && value.isTextual() ? TextRules.trimToNull(value.textValue()) : null;
      if (text != null) {
        return text;
      }
    }
    return null;
  }
}
