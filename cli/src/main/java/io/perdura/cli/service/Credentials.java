package io.perdura.cli.service;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a caller shows. Never printed.
 *
 * @param admin for {@code x-admin-token}
 * @param apiKey for {@code x-api-key}
 * @param bearer for {@code authorization}
 */
public record Credentials(
    Optional<String> admin, Optional<String> apiKey, Optional<String> bearer) {
  static final Credentials NONE =
      new Credentials(Optional.empty(), Optional.empty(), Optional.empty());

  /** Every secret in it. */
  public List<String> secrets() {
    return Stream.of(admin, apiKey, bearer).flatMap(Optional::stream).toList();
  }

  @Override
  public String toString() {
    return "Credentials[admin "
        + shown(admin)
        + ", api key "
        + shown(apiKey)
        + ", bearer "
        + shown(bearer)
        + "]";
  }

  private static String shown(Optional<String> secret) {
    return secret.isPresent() ? "given" : "none";
  }
}
