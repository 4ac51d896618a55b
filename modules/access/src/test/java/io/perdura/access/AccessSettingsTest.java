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
      Map.of("AIONIS_MODE", "service", "MEMORY_API_KEYS_JSON", "{\"k\":{\"tenant_id\":\"acme\"}}");

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
                    "ADMIN_TOKEN", "short")))
        .containsExactly(
            "MEMORY_AUTH_MODE: must not be off in production",
            "RATE_LIMIT_BYPASS_LOOPBACK: must be false in production",
            "RATE_LIMIT_ENABLED: must be true in production",
            "TENANT_QUOTA_ENABLED: must be true in production",
            "ADMIN_TOKEN: must have at least 32 bytes in production");
  }

  @Test
  void productionNeedsAKeyOrAWayToMakeOne() {
    Map<String, String> keyless = with(SERVICE, "MEMORY_API_KEYS_JSON", "{}");
    assertThat(faults(keyless))
        .singleElement()
        .asString()
        .startsWith("MEMORY_API_KEYS_JSON: must hold at least one key in production");
    assertThat(faults(with(keyless, "ADMIN_TOKEN", "0123456789abcdef0123456789abcdef"))).isEmpty();
  }

  @Test
  void aShortAdminTokenIsFineOutsideProduction() {
    assertThat(faults(Map.of("ADMIN_TOKEN", "short"))).isEmpty();
  }

  @Test
  void modesWithTokensAreRefusedByName() {
    assertThat(faults(Map.of("MEMORY_AUTH_MODE", "api_key_or_jwt")))
        .singleElement()
        .asString()
        .startsWith("MEMORY_AUTH_MODE: api_key_or_jwt is not supported");
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
    return Settings.of(values).faults(List.of(new CoreSettings(), new AccessSettings()));
  }

  private static Map<String, String> with(Map<String, String> base, String name, String value) {
    Map<String, String> result = new HashMap<>(base);
    result.put(name, value);
    return result;
  }
}
