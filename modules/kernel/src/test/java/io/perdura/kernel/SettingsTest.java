package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final Setting<Integer> LIMIT = Setting.integer("LIMIT", 5, 1, 10);
  private static final Setting<Boolean> FLAG = Setting.bool("TRUST_PROXY", false);
  private static final Setting<String> SECRET = Setting.secret("SECRET");

  private static final SettingCatalog CATALOG =
      new SettingCatalog() {
        @Override
        public List<Setting<?>> settings() {
          return List.of(LIMIT, FLAG, SECRET);
        }

        @Override
        public List<String> check(Settings settings) {
          return settings.get(LIMIT) == 7
              ? List.of("LIMIT: seven is not allowed with this")
              : List.of();
        }
      };

  @Test
  void unsetVariablesHaveTheirDefaults() {
    Settings settings = Settings.of(Map.of());

    assertThat(settings.get(LIMIT)).isEqualTo(5);
    assertThat(settings.get(FLAG)).isFalse();
    assertThat(settings.get(SECRET)).isNull();
    assertThat(settings.isProduction()).isFalse();
  }

  @Test
  void everyFaultIsListedAtOnce() {
    Settings settings =
        Settings.of(Map.of("LIMIT", "eleven", "TRUST_PROXY", "yes", "AIONIS_MODE", "moon"));

    assertThat(settings.faults(List.of(CATALOG)))
        .containsExactlyInAnyOrder(
            "AIONIS_MODE: must be one of cloud, local, service",
            "LIMIT: must be a number",
            "TRUST_PROXY: must be true or false");
  }

  @Test
  void emptyTextIsZeroForANumberAndAFaultForABoolean() {
    assertThat(Settings.of(Map.of("LIMIT", "")).faults(List.of(CATALOG)))
        .containsExactly("LIMIT: must be between 1 and 10");
    assertThat(Settings.of(Map.of("TRUST_PROXY", "")).faults(List.of(CATALOG)))
        .containsExactly("TRUST_PROXY: must be true or false");
  }

  @Test
  void rulesOverSeveralSettingsAreCheckedOnceEachValueIsValid() {
    assertThat(Settings.of(Map.of("LIMIT", "7")).faults(List.of(CATALOG)))
        .containsExactly("LIMIT: seven is not allowed with this");
  }

  @Test
  void modeFillsWhatIsUnsetOrBlankAndNeverWhatIsSet() {
    assertThat(Settings.of(Map.of("AIONIS_MODE", "service")).isProduction()).isTrue();
    assertThat(Settings.of(Map.of("AIONIS_MODE", " Cloud ", "APP_ENV", " ")).isProduction())
        .isTrue();
    assertThat(Settings.of(Map.of("AIONIS_MODE", "service", "APP_ENV", "dev")).isProduction())
        .isFalse();
  }
}
