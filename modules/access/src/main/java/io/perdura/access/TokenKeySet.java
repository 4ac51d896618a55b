package io.perdura.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Public keys that tokens are verified with. A key serves one algorithm, the one of its type: what
 * a token's header says can pick a key, never another way to use it.
 */
final class TokenKeySet {
  static final TokenKeySet EMPTY = new TokenKeySet(List.of());

  private static final Logger LOG = Logger.getLogger(TokenKeySet.class.getName());
  private static final int MIN_RSA_BITS = 2_048;

  /** Keys that a token without {@code kid} is tried with. */
  private static final int MOST_TRIED = 16;

  private final List<Key> keys;

  private TokenKeySet(List<Key> keys) {
    this.keys = keys;
  }

  private record Key(String id, JWSAlgorithm algorithm, JWSVerifier verifier) {}

  /**
   * Reads a JWK set, a JWK, or PEM. Keys that are not for RS256 or ES256 signatures are left out.
   *
   * @throws IllegalArgumentException when it is none of them
   */
  static TokenKeySet parse(String text) {
    String trimmed = text.strip();
    List<Key> keys = new ArrayList<>();
    if (trimmed.startsWith("{")) {
      jwks(trimmed).forEach(jwk -> add(jwk, keys));
    } else {
      PemKeys.parse(trimmed).forEach(key -> add(jwk(key), keys));
    }
    return new TokenKeySet(List.copyOf(keys));
  }

  TokenKeySet and(TokenKeySet others) {
    return new TokenKeySet(Stream.concat(keys.stream(), others.keys.stream()).toList());
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  int size() {
    return keys.size();
  }

  /** Returns what may verify a token; a key without an id may verify any of its algorithm. */
  List<JWSVerifier> find(JWSAlgorithm algorithm, String id) {
    return keys.stream()
        .filter(key -> key.algorithm().equals(algorithm))
        .filter(key -> id == null || key.id() == null || key.id().equals(id))
        .map(Key::verifier)
        .limit(MOST_TRIED)
        .toList();
  }

  private static List<JWK> jwks(String json) {
    try {
      JWKSet set = JWKSet.parse(json);
      return set.getKeys();
    } catch (ParseException e) {
      try {
        return List.of(JWK.parse(json));
      } catch (ParseException f) {
        throw new IllegalArgumentException("must be a JWK set or PEM", f);
      }
    }
  }

  private static JWK jwk(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return new RSAKey.Builder(rsa).build();
    }
    return key instanceof ECPublicKey ec
            && Curve.P_256.equals(Curve.forECParameterSpec(ec.getParams()))
        ? new ECKey.Builder(Curve.P_256, ec).build()
        : null;
  }

  private static void add(JWK jwk, List<Key> keys) {
    try {
      if (jwk instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS) {
        add(jwk, JWSAlgorithm.RS256, new RSASSAVerifier(rsa.toRSAPublicKey()), keys);
      } else if (jwk instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())) {
        add(jwk, JWSAlgorithm.ES256, new ECDSAVerifier(ec.toECPublicKey()), keys);
      }
    } catch (JOSEException e) {
      LOG.log(Level.WARNING, "a public key of tokens cannot be used", e);
    }
  }

  private static void add(JWK jwk, JWSAlgorithm algorithm, JWSVerifier verifier, List<Key> keys) {
    boolean signs = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean fits = jwk.getAlgorithm() == null || jwk.getAlgorithm().equals(algorithm);
    if (signs && fits) {
      keys.add(new Key(jwk.getKeyID(), algorithm, verifier));
    }
  }
}
