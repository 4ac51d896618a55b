package io.perdura.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Clock;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies JSON Web Tokens: HS256 with the configured secret, RS256 and ES256 with public keys,
 * nothing else (ADR 17). A secret is only ever used for HS256 and a public key never for it, so a
 * token cannot choose to be verified with what everybody knows.
 *
 * <p>Tokens are never logged.
 */
@ApplicationScoped
public class TokenVerifier {
  private static final Logger LOG = Logger.getLogger(TokenVerifier.class.getName());
  private static final int LONGEST = 8_192;
  private static final int REMEMBERED = 10_000;
  private static final String HMAC = "HmacSHA256";

  private final TokenKeys keys;
  private final SecretKeySpec secret;
  private final TokenClaims.Rules rules;
  private final int skew;
  private final Clock clock;
  private final Cache<String, Verified> verified =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  /** For the container's proxy. */
  protected TokenVerifier() {
    this.keys = null;
    this.secret = null;
    this.rules = null;
    this.skew = 0;
    this.clock = null;
  }

  @Inject
  public TokenVerifier(Settings settings, TokenKeys keys, Clock clock) {
    String text = settings.get(TokenSettings.MEMORY_JWT_HS256_SECRET);
    this.keys = keys;
    this.secret =
        text == null ? null : new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), HMAC);
    this.rules =
        new TokenClaims.Rules(
            settings.get(TokenSettings.PERDURA_JWT_ISSUER),
            TokenSettings.audiences(settings),
            settings.isProduction());
    this.skew = settings.get(TokenSettings.MEMORY_JWT_CLOCK_SKEW_SEC);
    this.clock = clock;
  }

  /** A signature is verified once for each token and set of keys: ES256 takes a tenth of a ms. */
  private record Verified(TokenClaims claims, TokenKeySet keys) {}

  /** Returns whose token it is; empty for every one that does not count, whatever the cause. */
  public Optional<Principal> verify(String token) {
    if (token.length() > LONGEST) {
      return Optional.empty();
    }
    String digest = Hashes.sha256Hex(token);
    TokenKeySet now = keys.current();
    Verified known = verified.getIfPresent(digest);
    if (known == null || known.keys() != now) {
      TokenClaims claims = open(token);
      if (claims == null) {
        return Optional.empty();
      }
      known = new Verified(claims, now);
      verified.put(digest, known);
    }
    return known.claims().isLive(Math.floorDiv(clock.millis(), 1_000L), skew)
        ? Optional.of(known.claims().principal())
        : Optional.empty();
  }

  /** Returns what a well-signed token says; null for any other. */
  private TokenClaims open(String token) {
    try {
      JWSObject parsed = JWSObject.parse(token);
      JWSAlgorithm algorithm = parsed.getHeader().getAlgorithm();
      // Nobody has agreed with us on an extension that must be understood.
      if (parsed.getHeader().getCriticalParams() != null || !isSigned(parsed, algorithm)) {
        return null;
      }
      JsonNode claims = Jsons.MAPPER.readTree(parsed.getPayload().toBytes());
      return claims != null && claims.isObject()
          ? TokenClaims.read(claims, rules, algorithm.equals(JWSAlgorithm.HS256))
          : null;
    } catch (ParseException
        | IOException
        | GeneralSecurityException
        | JOSEException
        | RuntimeException e) {
      // Whatever a hostile token makes of the parsers, it is no credential. The cause may quote it.
      LOG.log(Level.FINE, "a token cannot be verified: {0}", e.getClass().getName());
      return null;
    }
  }

  private boolean isSigned(JWSObject token, JWSAlgorithm algorithm)
      throws GeneralSecurityException, JOSEException {
    if (algorithm.equals(JWSAlgorithm.HS256)) {
      return secret != null && MessageDigest.isEqual(mac(token), token.getSignature().decode());
    }
    if (!algorithm.equals(JWSAlgorithm.RS256) && !algorithm.equals(JWSAlgorithm.ES256)) {
      return false;
    }
    for (JWSVerifier verifier : keys.find(algorithm, token.getHeader().getKeyID())) {
      if (token.verify(verifier)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The library refuses secrets of fewer than 32 bytes, which the contract allows to developers.
   */
  private byte[] mac(JWSObject token) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(HMAC);
    mac.init(secret);
    return mac.doFinal(token.getSigningInput());
  }
}
