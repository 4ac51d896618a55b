package io.perdura.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made with nothing but the JDK, so that the library under test does not judge itself. */
final class Jwt {
  static final String SECRET = "it-token-secret-0123456789abcdefghij";
  static final String ISSUER = "https://id.example";
  static final String AUDIENCE = "perdura";

  private Jwt() {}

  /** A key of an identity provider. */
  record Key(String id, KeyPair pair) {
    static Key rsa(String id) {
      return make(id, "RSA", 0);
    }

    static Key ec(String id) {
      return make(id, "EC", 256);
    }

    private static Key make(String id, String type, int bits) {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
        if (bits > 0) {
          generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
          generator.initialize(2048);
        }
        return new Key(id, generator.generateKeyPair());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    boolean isRsa() {
      return pair.getPublic() instanceof RSAPublicKey;
    }

    ObjectNode jwk() {
      ObjectNode jwk = Jsons.object().put("kid", id).put("use", "sig");
      if (pair.getPublic() instanceof RSAPublicKey rsa) {
        return jwk.put("kty", "RSA")
            .put("n", unsigned(rsa.getModulus(), 256))
            .put("e", unsigned(rsa.getPublicExponent(), 3));
      }
      ECPublicKey ec = (ECPublicKey) pair.getPublic();
      return jwk.put("kty", "EC")
          .put("crv", "P-256")
          .put("x", unsigned(ec.getW().getAffineX(), 32))
          .put("y", unsigned(ec.getW().getAffineY(), 32));
    }
  }

  static String set(Key... keys) {
    ObjectNode set = Jsons.object();
    var list = set.putArray("keys");
    Arrays.stream(keys).map(Key::jwk).forEach(list::add);
    return Jsons.text(set);
  }

  /** Claims that are good for an hour; single quotes stand for double ones. */
  static ObjectNode claims(String more) {
    ObjectNode claims = (ObjectNode) Jsons.stored(more.replace('\'', '"'));
    long now = Instant.now().getEpochSecond();
    claims.put("iss", ISSUER).put("aud", AUDIENCE).put("exp", now + 3_600);
    return claims;
  }

  /** Signs with RS256 or ES256. */
  static String signed(Key key, ObjectNode claims) {
    String algorithm = key.isRsa() ? "RS256" : "ES256";
    String input = head("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + key.id() + "\"}", claims);
    try {
      Signature signature =
          Signature.getInstance(key.isRsa() ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
      signature.initSign(key.pair().getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs with HS256. */
  static String secret(byte[] secret, ObjectNode claims) {
    String input = head("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return input + "." + base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String secret(ObjectNode claims) {
    return secret(SECRET.getBytes(StandardCharsets.UTF_8), claims);
  }

  static String unsigned(ObjectNode claims) {
    return head("{\"alg\":\"none\"}", claims) + ".";
  }

  private static String head(String header, ObjectNode claims) {
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(Jsons.text(claims).getBytes(StandardCharsets.UTF_8));
  }

  private static String unsigned(BigInteger value, int length) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[length];
    int count = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - count, fixed, length - count, count);
    return base64(fixed);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
