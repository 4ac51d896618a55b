package io.perdura.cli.evidence;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.kernel.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/**
 * The Ed25519 key that an operator signs evidence with: PKCS #8 in PEM, readable for its owner
 * alone, with the public half beside it under the same name and {@code .pub}.
 */
public final class OperatorKey {
  static final String ALGORITHM = "Ed25519";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";

  private final PrivateKey secret;
  private final PublicKey open;

  private OperatorKey(PrivateKey secret, PublicKey open) {
    this.secret = secret;
    this.open = open;
  }

  /** Where the key is when nobody says otherwise. */
  public static Path defaultFile(Environment environment) {
    return environment
        .get("PERDURA_OPERATOR_KEY")
        .map(Path::of)
        .orElseGet(() ->
            environment
                .get("XDG_CONFIG_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".config"))
                .resolve("perdura/operator.key"));
  }

  /** The public half's file. */
  public static Path publicFile(Path secretFile) {
    return secretFile.resolveSibling(secretFile.getFileName() + ".pub");
  }

  /** Makes a key and writes both halves; an existing key is never replaced. */
  public static OperatorKey generate(Path file) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      Files.writeString(file, pem(PRIVATE, pair.getPrivate().getEncoded()));
      Files.writeString(publicFile(file), pem(PUBLIC, pair.getPublic().getEncoded()));
      return new OperatorKey(pair.getPrivate(), pair.getPublic());
    } catch (FileAlreadyExistsException e) {
      throw new Trouble("There is a key at " + file + " already; it is left alone.", e);
    } catch (IOException e) {
      throw new Trouble("The key cannot be written to " + file + ": " + e.getMessage() + ".", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform of ours has Ed25519", e);
    }
  }

  /** Reads a key that is for its owner alone, and checks that its halves belong together. */
  public static OperatorKey read(Path file) {
    try {
      Set<PosixFilePermission> permissions =
          Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw new Trouble(
            "The key "
                + file
                + " can be read by others (mode must be 0600); chmod 600 it, or make a new one.");
      }
      PrivateKey secret =
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(unpem(PRIVATE, Files.readString(file))));
      OperatorKey key = new OperatorKey(secret, readPublic(publicFile(file)));
      byte[] sample = "sample".getBytes(StandardCharsets.UTF_8);
      if (!isSignedBy(key.open, sample, key.sign(sample))) {
        throw new Trouble(
            "The key " + file + " and the public key beside it do not belong together.");
      }
      return key;
    } catch (IOException e) {
      throw new Trouble(
          "There is no readable key at " + file + "; make one with perdura evidence keygen.", e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Trouble("The file " + file + " holds no Ed25519 private key in PEM.", e);
    }
  }

  /** Reads a public key. */
  public static PublicKey readPublic(Path file) {
    try {
      return publicKey(unpem(PUBLIC, Files.readString(file)));
    } catch (IOException e) {
      throw new Trouble("There is no readable public key at " + file + ".", e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Trouble("The file " + file + " holds no Ed25519 public key in PEM.", e);
    }
  }

  static PublicKey publicKey(byte[] encoded) throws GeneralSecurityException {
    return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
  }

  PublicKey publicKey() {
    return open;
  }

  /** Names a key: the SHA-256 of its public half. */
  public static String id(PublicKey key) {
    return Hashes.sha256Hex(key.getEncoded());
  }

  /** Names this key. */
  public String id() {
    return id(open);
  }

  byte[] sign(byte[] content) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(secret);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was read can sign", e);
    }
  }

  static boolean isSignedBy(PublicKey key, byte[] content, byte[] signed) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(content);
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false; // not even of the form of a signature
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was read can verify", e);
    }
  }

  private static String pem(String kind, byte[] encoded) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static byte[] unpem(String kind, String text) {
    String begin = "-----BEGIN " + kind + "-----";
    String end = "-----END " + kind + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("no " + kind);
    }
    return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to).strip());
  }
}
