package io.perdura.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The credential with which the command line administers the server of this machine: random, and
 * readable for the owner of the state directory alone.
 */
public final class LocalAdmin {
  private static final String RECORD = "admin";
  private static final int BYTES = 32;

  private LocalAdmin() {}

  /** The credential, empty when none was made yet. */
  public static Optional<String> token(StateDirectory state) {
    return state.record(RECORD).map(record -> record.path("token")).map(JsonNode::textValue);
  }

  /** The credential, made when there is none. */
  public static String ensured(StateDirectory state) {
    return token(state)
        .orElseGet(() -> {
          byte[] random = new byte[BYTES];
          new SecureRandom().nextBytes(random);
          String token = HexFormat.of().formatHex(random);
          state.write(RECORD, Jsons.object().put("token", token));
          return token;
        });
  }
}
