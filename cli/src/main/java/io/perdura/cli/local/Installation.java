package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where this copy of Perdura lives: a source checkout with its build results, or an unpacked
 * release.
 *
 * @param home root of the checkout or of the release
 * @param isRelease false in a checkout
 */
public record Installation(Path home, boolean isRelease) {
  private static final int HASH_LENGTH = 12;

  /** Finds the installation from what the launcher passed, or from where this class was loaded. */
  public static Installation ofProcess() {
    String given = System.getProperty("perdura.home");
    Path home = given == null ? codeHome() : Path.of(given);
    try {
      return at(home.toRealPath());
    } catch (IOException e) {
      throw new Trouble("The installation directory " + home + " cannot be read.", e);
    }
  }

  static Installation at(Path home) {
    return new Installation(home, !Files.exists(home.resolve("pom.xml")));
  }

  /** Open Liberty. */
  public Path liberty() {
    return home.resolve(isRelease ? "wlp" : "ear/target/liberty/wlp");
  }

  /** Liberty's user directory with the server definition and the application. */
  public Path serverDefinition() {
    return liberty().resolve("usr");
  }

  /**
   * Where data goes when PERDURA_STATE_DIR does not say: {@code .perdura} in the checkout; for root
   * a directory that the database's unprivileged account can reach, one per checkout.
   */
  public Path stateDirectory(Environment environment, boolean root) {
    return environment
        .get("PERDURA_STATE_DIR")
        .map(Path::of)
        .orElseGet(() -> root ? Path.of("/var/lib/perdura", pathHash()) : home.resolve(".perdura"))
        .toAbsolutePath()
        .normalize();
  }

  private String pathHash() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(home.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path codeHome() {
    try {
      Path code =
          Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      // checkout: cli/target/classes or cli/target/perdura-cli.jar; release: lib/perdura-cli.jar
      Path parent = code.getParent();
      return parent.endsWith("target") ? parent.getParent().getParent() : parent.getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
