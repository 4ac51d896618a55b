package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessSettingsTest {
  private static final Map<String, String> SERVICE =
      Map.of(
          "AIONIS_MODE",
          "service",
          "MEMORY_API_KEYS_JSON",
          "{\"a-key-of-good-length\":{\"tenant_id\":\"acme\"}}");
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @Test
  void aLocalServerNeedsNoSettings() {
    assertThat(faults(Map.of())).isEmpty();
  }

  @Test
  void aServiceWithKeysIsAccepted() {
    assertThat(faults(SERVICE)).isEmpty();
  }

  @Test
  void everyGuardOfProductionIsReportedAtOnce() {
    assertThat(
            faults(
                Map.of(
                    "APP_ENV", "prod",
                    "RATE_LIMIT_ENABLED", "false",
                    "TENANT_QUOTA_ENABLED", "false",
                    "CORS_ALLOW_ORIGINS", "https://a.example,*",
                    "ADMIN_TOKEN", "short")))
        .containsExactly(
            "MEMORY_AUTH_MODE: must not be off in production",
            "RATE_LIMIT_BYPASS_LOOPBACK: must be false in production",
            "RATE_LIMIT_ENABLED: must be true in production",
            "TENANT_QUOTA_ENABLED: must be true in production",
            "CORS_ALLOW_ORIGINS: must not be * in production",
            "ADMIN_TOKEN: must have at least 32 bytes in production");
  }

  @Test
  void aFaultyValueHidesNoGuard() {
    assertThat(
            faults(
                Map.of(
                    "APP_ENV",
                    "prod",
                    "RATE_LIMIT_ENABLED",
                    "yes",
                    "PERDURA_TRUSTED_PROXIES",
                    "x")))
        .contains(
            "RATE_LIMIT_ENABLED: must be true or false",
            "PERDURA_TRUSTED_PROXIES: must hold addresses or ranges like 10.0.0.0/8",
            "MEMORY_AUTH_MODE: must not be off in production");
  }

  @Test
  void productionNeedsAKeyOrAWayToMakeOne() {
    Map<String, String> keyless = with(SERVICE, "MEMORY_API_KEYS_JSON", "{}");
    assertThat(faults(keyless))
        .singleElement()
        .asString()
        .startsWith("MEMORY_API_KEYS_JSON: must hold at least one key in production");
    assertThat(faults(with(keyless, "ADMIN_TOKEN", SECRET))).isEmpty();
  }

  @Test
  void aShortAdminTokenIsFineOutsideProduction() {
    assertThat(faults(Map.of("ADMIN_TOKEN", "short"))).isEmpty();
  }

  @Test
  void aCloudNeedsASecretOrKeysForItsTokens() {
    Map<String, String> cloud = with(SERVICE, "AIONIS_MODE", "cloud");
    assertThat(faults(cloud))
        .singleElement()
        .asString()
        .startsWith("MEMORY_JWT_HS256_SECRET: must be set in auth mode api_key_or_jwt");
    assertThat(faults(with(cloud, "MEMORY_JWT_HS256_SECRET", SECRET))).isEmpty();
    assertThat(faults(with(cloud, "MEMORY_JWT_HS256_SECRET", "x".repeat(64))))
        .containsExactly("MEMORY_JWT_HS256_SECRET: must not repeat a few characters in production");
    assertThat(faults(with(cloud, "MEMORY_JWT_HS256_SECRET", "short")))
        .containsExactly("MEMORY_JWT_HS256_SECRET: must have at least 32 bytes in production");
    assertThat(faults(Map.of("MEMORY_AUTH_MODE", "jwt", "MEMORY_JWT_HS256_SECRET", "short")))
        .isEmpty();
  }

  @Test
  void keysOfAnIdentityProviderNeedItsNameAndOurs() {
    Map<String, String> cloud =
        with(
            with(SERVICE, "AIONIS_MODE", "cloud"),
            "PERDURA_JWT_KEYS_LOCATION",
            "https://id.example/jwks");
    assertThat(faults(cloud))
        .containsExactly(
            "PERDURA_JWT_ISSUER: must be set beside public keys in production",
            "PERDURA_JWT_AUDIENCE: must be set beside public keys in production");
    Map<String, String> named =
        with(
            with(cloud, "PERDURA_JWT_ISSUER", "https://id.example"),
            "PERDURA_JWT_AUDIENCE",
            "perdura");
    assertThat(faults(named)).isEmpty();
    for (String address :
        List.of("http://id.example/jwks", "ftp://id.example", "id.example", "https:///x", ":")) {
      assertThat(faults(with(named, "PERDURA_JWT_KEYS_LOCATION", address)))
          .as(address)
          .singleElement()
          .asString()
          .startsWith("PERDURA_JWT_KEYS_LOCATION: must ");
    }
    assertThat(faults(with(named, "PERDURA_JWT_KEYS_LOCATION", "http://127.0.0.1:8080/jwks")))
        .isEmpty();
    assertThat(faults(with(named, "PERDURA_JWT_KEYS_LOCATION", "file:///etc/perdura/keys.pem")))
        .isEmpty();
    assertThat(faults(with(named, "PERDURA_JWT_PUBLIC_KEY", "nonsense")))
        .containsExactly("PERDURA_JWT_PUBLIC_KEY: must be a JWK set or PEM");
  }

  @Test
  void productionRefusesStaticKeysThatCanBeGuessed() {
    assertThat(
            faults(
                with(
                    SERVICE,
                    "MEMORY_API_KEYS_JSON",
                    "{\"secret-key\":{\"tenant_id\":\"acme\"},\"sha256:"
                        + "a1".repeat(32)
                        + "\":{\"tenant_id\":\"b\"}}")))
        .containsExactly(
            "MEMORY_API_KEYS_JSON: the key of entry 1 must have at least 16 bytes in production");
  }

  @Test
  void aBrokenRegistryIsReportedWithoutRepeatingKeys() {
    for (String broken :
        List.of(
            "{secret-key", "[]", "{\"secret-key\":1}", "{\"secret-key\":{\"tenant_id\":\" \"}}")) {
      assertThat(faults(Map.of("MEMORY_AUTH_MODE", "api_key", "MEMORY_API_KEYS_JSON", broken)))
          .singleElement()
          .asString()
          .startsWith("MEMORY_API_KEYS_JSON: ")
          .doesNotContain("secret-key");
    }
  }

  @Test
  void aRegistryIsOnlyReadWhereKeysCount() {
    assertThat(faults(Map.of("MEMORY_API_KEYS_JSON", "nonsense"))).isEmpty();
  }

  @Test
  void originsAreOpenOutsideProductionOnly() {
    assertThat(AccessSettings.corsOrigins(Settings.of(Map.of()))).containsExactly("*");
    assertThat(AccessSettings.corsOrigins(Settings.of(Map.of("CORS_ALLOW_ORIGINS", " "))))
        .containsExactly("*");
    assertThat(AccessSettings.corsOrigins(Settings.of(SERVICE))).isEmpty();
    assertThat(
            AccessSettings.corsOrigins(
                Settings.of(
                    Map.of("CORS_ALLOW_ORIGINS", "https://a.example , ,https://b.example"))))
        .containsExactly("https://a.example", "https://b.example");
  }

  private static List<String> faults(Map<String, String> values) {
    return Settings.of(values)
        .faults(List.of(new CoreSettings(), new AccessSettings(), new TokenSettings()));
  }

  private static Map<String, String> with(Map<String, String> base, String name, String value) {
    Map<String, String> result = new HashMap<>(base);
    result.put(name, value);
    return result;
  }
}
