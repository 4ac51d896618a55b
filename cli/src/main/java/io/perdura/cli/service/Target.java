package io.perdura.cli.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.LocalTier;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * Which service, and who asks: flags over the process environment over {@code .env}, and at last
 * the server that {@code perdura up} started here.
 */
public final class Target {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description =
          "the service (default: PERDURA_BASE_URL, AIONIS_BASE_URL, BASE_URL, else the server of perdura up)")
  private String baseUrl;

  @Option(
      names = "--admin-token-file",
      paramLabel = "F",
      description = "file with the administrator's credential (default: ADMIN_TOKEN)")
  private Path adminTokenFile;

  @Option(
      names = "--api-key-file",
      paramLabel = "F",
      description =
          "file with the API key for memory (default: PERDURA_API_KEY, API_KEY, PERF_API_KEY, AIONIS_API_KEY,"
              + " else the first of MEMORY_API_KEYS_JSON)")
  private Path apiKeyFile;

  @Option(
      names = "--bearer-file",
      paramLabel = "F",
      description = "file with the token for memory (default: AUTH_BEARER, PERF_AUTH_BEARER)")
  private Path bearerFile;

  @Option(
      names = "--timeout-ms",
      paramLabel = "MS",
      defaultValue = "20000",
      description = "how long one request may take (default: ${DEFAULT-VALUE})")
  private long timeoutMs;

  /** The client, and what is needed to reach it said in a sentence when it is not there. */
  public ServiceClient client(Environment environment, Console console) {
    Credentials credentials =
        new Credentials(admin(environment, console), apiKey(environment), bearer(environment));
    return new ServiceClient(
        address(environment, console), credentials, Duration.ofMillis(Math.max(1, timeoutMs)));
  }

  private URI address(Environment environment, Console console) {
    String given =
        baseUrl != null
            ? baseUrl
            : first(environment, "PERDURA_BASE_URL", "AIONIS_BASE_URL", "BASE_URL").orElse(null);
    if (given == null) {
      return URI.create(
          "http://127.0.0.1:"
              + new LocalTier(environment, console)
                  .server()
                  .running()
                  .orElseThrow(() ->
                      new Trouble(
                          "No service is named (--base-url or PERDURA_BASE_URL) and none runs here; try perdura up."))
                  .port());
    }
    try {
      URI url = URI.create(given.trim().replaceAll("/+$", "") + "/");
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (web && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      throw new Trouble(
          "The service's address must be like http://host:3001, not \"" + given + "\".", e);
    }
    throw new Trouble(
        "The service's address must be like http://host:3001, not \"" + given + "\".");
  }

  private Optional<String> admin(Environment environment, Console console) {
    if (adminTokenFile != null) {
      return Optional.of(secret(adminTokenFile));
    }
    Optional<String> given = first(environment, "ADMIN_TOKEN", "PERDURA_ADMIN_TOKEN");
    if (given.isPresent()) {
      return given;
    }
    LocalTier local = new LocalTier(environment, console);
    return isLocal(address(environment, console), local) ? local.adminToken() : Optional.empty();
  }

  /** Whether the address is that of the local server, whose token is nobody else's business. */
  private static boolean isLocal(URI address, LocalTier local) {
    return LOOPBACK.contains(address.getHost())
        && local
            .server()
            .running()
            .filter(server -> server.port() == address.getPort())
            .isPresent();
  }

  private Optional<String> apiKey(Environment environment) {
    if (apiKeyFile != null) {
      return Optional.of(secret(apiKeyFile));
    }
    Optional<String> given =
        first(environment, "PERDURA_API_KEY", "API_KEY", "PERF_API_KEY", "AIONIS_API_KEY");
    return given.isPresent()
        ? given
        : environment.get("MEMORY_API_KEYS_JSON").flatMap(Target::firstKey);
  }

  private Optional<String> bearer(Environment environment) {
    return bearerFile == null
        ? first(environment, "AUTH_BEARER", "PERF_AUTH_BEARER", "AIONIS_AUTH_BEARER")
        : Optional.of(secret(bearerFile));
  }

  private static Optional<String> firstKey(String json) {
    try {
      JsonNode keys = Jsons.MAPPER.readTree(json);
      return keys.properties().stream()
          .map(entry -> entry.getKey())
          .filter(key -> !key.startsWith("sha256:"))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> first(Environment environment, String... names) {
    return Stream.of(names)
        .map(environment::get)
        .flatMap(Optional::stream)
        .findFirst()
        .map(String::trim);
  }

  private static String secret(Path file) {
    try {
      String text = Files.readString(file).trim();
      if (text.isEmpty()) {
        throw new Trouble("The file " + file + " is empty.");
      }
      return text;
    } catch (IOException e) {
      throw new Trouble("The file " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }
}
