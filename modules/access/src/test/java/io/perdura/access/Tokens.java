package io.perdura.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Signs tokens, rightly and wrongly. */
final class Tokens {
  static final String SECRET = "0123456789abcdefghijklmnopqrstuvwxyz";

  private Tokens() {}

  static RSAKey rsa(String kid) {
    try {
      return new RSAKeyGenerator(2048).keyID(kid).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static ECKey ec(String kid) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String publicSet(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(true);
  }

  static String signed(JWK key, String claims) {
    try {
      JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
      JWSSigner signer =
          key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
      return signed(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), signer, claims);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** HS256 with {@link #SECRET}; single quotes stand for double ones. */
  static String secret(String claims) {
    return mac(SECRET.getBytes(StandardCharsets.UTF_8), claims);
  }

  static String mac(byte[] secret, String claims) {
    try {
      return signed(new JWSHeader(JWSAlgorithm.HS256), new MACSigner(secret), claims);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signed(JWSHeader header, JWSSigner signer, String claims)
      throws JOSEException {
    JWSObject token = new JWSObject(header, new Payload(claims.replace('\'', '"')));
    token.sign(signer);
    return token.serialize();
  }

  /** Three parts put together without a signature that anybody made. */
  static String raw(String header, String claims, String signature) {
    return base64(header.replace('\'', '"'))
        + "."
        + base64(claims.replace('\'', '"'))
        + "."
        + signature;
  }

  static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String pem(java.security.Key key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  static Map<String, String> settings(String... more) {
    java.util.Map<String, String> settings = new java.util.HashMap<>();
    settings.put("MEMORY_AUTH_MODE", "jwt");
    settings.put("MEMORY_JWT_HS256_SECRET", SECRET);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }
}
