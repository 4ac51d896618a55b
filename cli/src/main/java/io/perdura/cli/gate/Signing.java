package io.perdura.cli.gate;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.OperatorKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Who signs the evidence of a run, how the run is named, and where its evidence goes. */
final class Signing {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Signing() {}

  static Optional<OperatorKey> key(Path given, boolean unsigned, Environment environment) {
    if (unsigned) {
      return Optional.empty();
    }
    Path file = given == null ? OperatorKey.defaultFile(environment) : given;
    if (!Files.exists(file)) {
      throw new Trouble(
          "There is no key at "
              + file
              + " to sign the evidence with; make one with perdura evidence keygen, or run with --unsigned.");
    }
    return Optional.of(OperatorKey.read(file));
  }

  /** The operator's own public key, if there is one. */
  static Set<PublicKey> own(Path given, Environment environment) {
    Path file =
        OperatorKey.publicFile(given == null ? OperatorKey.defaultFile(environment) : given);
    return Files.exists(file) ? Set.of(OperatorKey.readPublic(file)) : Set.of();
  }

  static String runId(String given, Environment environment) {
    byte[] chance = new byte[2];
    new SecureRandom().nextBytes(chance);
    String made = TIME.format(Instant.now()) + "-" + HexFormat.of().formatHex(chance);
    String id = given != null ? given : environment.get("RUN_ID", made);
    if (!RUN_ID.matcher(id).matches()) {
      throw new Trouble(
          "The run id may have letters, digits, dots, dashes and underscores, at most 64.");
    }
    return id;
  }

  static Path directory(Path given, Environment environment, String gate, String runId) {
    return given != null
        ? given
        : environment
            .get("OUT_DIR")
            .map(Path::of)
            .orElseGet(() -> Path.of("artifacts", gate, runId));
  }
}
