package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScopeKeyTest {
  private static final ScopeKey.Defaults DEFAULTS = new ScopeKey.Defaults("default", "main");

  @Test
  void defaultTenantUsesTheBareScopeAndOthersAPrefix() {
    assertThat(ScopeKey.resolve(null, null, DEFAULTS).key()).isEqualTo("main");
    assertThat(ScopeKey.resolve("  ", " a ", DEFAULTS).key()).isEqualTo("a");
    assertThat(ScopeKey.resolve("acme", "a", DEFAULTS).key()).isEqualTo("tenant:acme::scope:a");
  }

  @Test
  void storedKeyReadsBackIntoTenantAndScope() {
    ScopeKey key = ScopeKey.resolve("acme", "a::scope:b", DEFAULTS);

    assertThat(ScopeKey.fromKey(key.key(), DEFAULTS)).isEqualTo(key);
    assertThat(ScopeKey.fromKey("plain", DEFAULTS).tenant().value()).isEqualTo("default");
  }

  @Test
  void reservedPrefixCannotReachAnotherTenant() {
    assertThatThrownBy(() -> ScopeKey.resolve(null, " tenant:acme::scope:a", DEFAULTS))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("invalid_scope"));
  }

  @Test
  void tenantGrammarIsEnforced() {
    for (String bad : new String[] {"-a", "a b", "a/b", "a".repeat(65), "ä"}) {
      assertThatThrownBy(() -> ScopeKey.resolve(bad, "s", DEFAULTS))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.code()).isEqualTo("invalid_tenant_id"));
    }
  }
}
