package io.perdura.access;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public keys in PEM: blocks {@code PUBLIC KEY} and {@code CERTIFICATE}. */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private PemKeys() {}

  /**
   * Returns the keys; a {@code \n} of two characters counts as a line break, as environment files
   * write it.
   *
   * @throws IllegalArgumentException when there is no block, or one cannot be read
   */
  static List<PublicKey> parse(String text) {
    List<PublicKey> keys = new ArrayList<>();
    Matcher block = BLOCK.matcher(text.replace("\\n", "\n"));
    while (block.find()) {
      try {
        byte[] der = Base64.getMimeDecoder().decode(block.group(2));
        keys.add(block.group(1).equals("CERTIFICATE") ? ofCertificate(der) : ofKey(der));
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("holds PEM that cannot be read", e);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("must be a JWK set or PEM");
    }
    return keys;
  }

  private static PublicKey ofCertificate(byte[] der) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(der))
        .getPublicKey();
  }

  private static PublicKey ofKey(byte[] der) throws GeneralSecurityException {
    X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
    try {
      return KeyFactory.getInstance("RSA").generatePublic(spec);
    } catch (InvalidKeySpecException e) {
      return KeyFactory.getInstance("EC").generatePublic(spec);
    }
  }
}
