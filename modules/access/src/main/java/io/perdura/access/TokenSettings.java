package io.perdura.access;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Settings of JSON Web Tokens (policy-control, section 3.3); see docs/security.md. */
public final class TokenSettings implements SettingCatalog {
  /** Signs and verifies HS256 tokens. */
  public static final Setting<String> MEMORY_JWT_HS256_SECRET =
      Setting.secret("MEMORY_JWT_HS256_SECRET");

  /** Seconds by which clocks may differ. */
  public static final Setting<Integer> MEMORY_JWT_CLOCK_SKEW_SEC =
      Setting.integer("MEMORY_JWT_CLOCK_SKEW_SEC", 30, 0, Integer.MAX_VALUE);

  /** Where public keys are read, again and again: a JWK set or PEM, at https:, http: or file:. */
  public static final Setting<String> PERDURA_JWT_KEYS_LOCATION =
      Setting.text("PERDURA_JWT_KEYS_LOCATION", null);

  /** Public keys themselves: PEM (keys or certificates) or a JWK set. */
  public static final Setting<String> PERDURA_JWT_PUBLIC_KEY =
      Setting.text("PERDURA_JWT_PUBLIC_KEY", null);

  /** The only {@code iss} that is accepted. */
  public static final Setting<String> PERDURA_JWT_ISSUER = Setting.text("PERDURA_JWT_ISSUER", null);

  /** Comma list; a token's {@code aud} must name one of them. */
  public static final Setting<String> PERDURA_JWT_AUDIENCE =
      Setting.text("PERDURA_JWT_AUDIENCE", null);

  /** Seconds after which the keys are read again in the background. */
  public static final Setting<Integer> PERDURA_JWT_KEYS_REFRESH_S =
      Setting.integer("PERDURA_JWT_KEYS_REFRESH_S", 300, 1, 86_400);

  /** Milliseconds within which the keys' address must have answered wholly. */
  public static final Setting<Integer> PERDURA_JWT_KEYS_TIMEOUT_MS =
      Setting.integer("PERDURA_JWT_KEYS_TIMEOUT_MS", 2_000, 100, 30_000);

  /** Every setting of this catalog. */
  public static final List<Setting<?>> ALL =
      List.of(
          MEMORY_JWT_HS256_SECRET,
          MEMORY_JWT_CLOCK_SKEW_SEC,
          PERDURA_JWT_KEYS_LOCATION,
          PERDURA_JWT_PUBLIC_KEY,
          PERDURA_JWT_ISSUER,
          PERDURA_JWT_AUDIENCE,
          PERDURA_JWT_KEYS_REFRESH_S,
          PERDURA_JWT_KEYS_TIMEOUT_MS);

  private static final Set<String> SCHEMES = Set.of("https", "http", "file");
  private static final Set<String> THIS_HOST = Set.of("localhost", "127.0.0.1", "[::1]");

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    String mode = settings.get(AccessSettings.MEMORY_AUTH_MODE);
    if (!accepts(mode)) {
      return faults;
    }
    String secret = settings.get(MEMORY_JWT_HS256_SECRET);
    if (secret == null && !hasPublicKeys(settings)) {
      faults.add(
          MEMORY_JWT_HS256_SECRET.name()
              + ": must be set in auth mode "
              + mode
              + ", unless PERDURA_JWT_KEYS_LOCATION or PERDURA_JWT_PUBLIC_KEY is");
    }
    checkKeys(settings, faults);
    if (settings.isProduction()) {
      checkProduction(settings, secret, faults);
    }
    return faults;
  }

  /** Tells whether tokens are credentials in auth mode {@code mode}. */
  static boolean accepts(String mode) {
    return mode.contains("jwt");
  }

  /** Returns the accepted audiences; empty = any. */
  static Set<String> audiences(Settings settings) {
    String list = settings.get(PERDURA_JWT_AUDIENCE);
    return list == null
        ? Set.of()
        : Set.copyOf(
            Arrays.stream(list.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList());
  }

  private static boolean hasPublicKeys(Settings settings) {
    return settings.get(PERDURA_JWT_KEYS_LOCATION) != null
        || settings.get(PERDURA_JWT_PUBLIC_KEY) != null;
  }

  private static void checkKeys(Settings settings, List<String> faults) {
    String keys = settings.get(PERDURA_JWT_PUBLIC_KEY);
    if (keys != null) {
      try {
        if (TokenKeySet.parse(keys).isEmpty()) {
          faults.add(
              PERDURA_JWT_PUBLIC_KEY.name()
                  + ": must hold an RSA key of at least 2048 bits or a P-256 key");
        }
      } catch (IllegalArgumentException e) {
        faults.add(PERDURA_JWT_PUBLIC_KEY.name() + ": " + e.getMessage());
      }
    }
    String location = settings.get(PERDURA_JWT_KEYS_LOCATION);
    URI address = location == null ? null : uri(location);
    if (location != null && address == null) {
      faults.add(PERDURA_JWT_KEYS_LOCATION.name() + ": must be an https:, http: or file: address");
    } else if (address != null && settings.isProduction() && isOpenToChange(address)) {
      faults.add(
          PERDURA_JWT_KEYS_LOCATION.name() + ": must not be http: to another host in production");
    }
  }

  private static void checkProduction(Settings settings, String secret, List<String> faults) {
    String weakness = secret == null ? null : Secrets.fault(secret, Secrets.MIN_BYTES);
    if (weakness != null) {
      faults.add(MEMORY_JWT_HS256_SECRET.name() + ": " + weakness);
    }
    if (hasPublicKeys(settings)) {
      // The same keys sign tokens for other services.
      for (Setting<String> setting : List.of(PERDURA_JWT_ISSUER, PERDURA_JWT_AUDIENCE)) {
        if (settings.get(setting) == null) {
          faults.add(setting.name() + ": must be set beside public keys in production");
        }
      }
    }
  }

  /** Returns null for what is no address of a kind that is read. */
  private static URI uri(String text) {
    try {
      URI uri = URI.create(text.trim());
      boolean known = uri.getScheme() != null && SCHEMES.contains(uri.getScheme());
      boolean named =
          known && (uri.getScheme().equals("file") ? uri.getPath() : uri.getHost()) != null;
      return named ? uri : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isOpenToChange(URI address) {
    return address.getScheme().equals("http") && !THIS_HOST.contains(address.getHost());
  }
}
