package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  private static final String KEYS =
      """
      {" alpha ": {"tenant_id": " acme ", "agent_id": "planner", "team_id": " ", "role": 7},
       "sha256:%s": {"tenant_id": "globex"}, "  ": {"tenant_id": "nobody"}}
      """
          .formatted(Hashes.sha256Hex("beta"));

  private static final Principal TOKEN = new Principal("hooli", "bot", null, null, "t");

  private final Authenticator keyed =
      new Authenticator(
          Settings.of(Map.of("MEMORY_AUTH_MODE", "api_key", "MEMORY_API_KEYS_JSON", KEYS)),
          key -> Optional.empty(),
          token -> Optional.of(TOKEN));

  @Test
  void aKeyNamesItsPrincipal() {
    Principal principal = keyed.authenticate("alpha", null).orElseThrow();
    assertThat(principal)
        .isEqualTo(
            new Principal(
                "acme", "planner", null, null, Hashes.sha256Hex("alpha").substring(0, 16)));
  }

  @Test
  void aPresentedKeyIsTrimmed() {
    assertThat(keyed.authenticate("\talpha ", null)).isPresent();
  }

  @Test
  void aKeyMayBeConfiguredAsItsDigest() {
    assertThat(keyed.authenticate("beta", null).orElseThrow().tenantId()).isEqualTo("globex");
  }

  @Test
  void theDigestItselfIsNoCredential() {
    refuses(
        401, "unauthorized", () -> keyed.authenticate("sha256:" + Hashes.sha256Hex("beta"), null));
  }

  @Test
  void missingBlankAndUnknownKeysLookTheSame() {
    for (String key : new String[] {null, "", "  ", "gamma", "alph", "alphaa"}) {
      refuses(401, "unauthorized", () -> keyed.authenticate(key, null));
    }
  }

  @Test
  void aManagedKeyIsAskedForOnlyWhenTheRegistryDoesNotKnowIt() {
    Principal managed = new Principal("initech", null, null, null, "f", "ak_live_abcdef");
    Authenticator both =
        new Authenticator(
            Settings.of(Map.of("MEMORY_AUTH_MODE", "api_key", "MEMORY_API_KEYS_JSON", KEYS)),
            key -> Optional.of(managed),
            token -> Optional.empty());
    assertThat(both.authenticate("alpha", null).orElseThrow().tenantId()).isEqualTo("acme");
    assertThat(both.authenticate(" delta ", null)).contains(managed);
    refuses(401, "unauthorized", () -> both.authenticate(" ", null));
  }

  @Test
  void aTokenCountsInItsModesOnlyAndAKeyGoesBeforeIt() {
    refuses(401, "unauthorized", () -> keyed.authenticate(null, "Bearer good"));
    Authenticator both = mode("api_key_or_jwt");
    assertThat(both.authenticate("alpha", "Bearer good").orElseThrow().tenantId())
        .isEqualTo("acme");
    assertThat(both.authenticate("unknown", "Bearer good")).contains(TOKEN);
    assertThat(both.authenticate(null, " bEARER \t good ")).contains(TOKEN);
    for (String header :
        new String[] {
          null, "", "Bearer", "Bearer ", "good", "Basic good", "Bearer bad", "Bearer good good"
        }) {
      refuses(401, "unauthorized", () -> both.authenticate(null, header));
    }
    Authenticator tokens = mode("jwt");
    refuses(401, "unauthorized", () -> tokens.authenticate("alpha", null));
    assertThat(tokens.authenticate("alpha", "Bearer good")).contains(TOKEN);
  }

  private static Authenticator mode(String mode) {
    return new Authenticator(
        Settings.of(Map.of("MEMORY_AUTH_MODE", mode, "MEMORY_API_KEYS_JSON", KEYS)),
        key -> Optional.empty(),
        token -> token.equals("good") ? Optional.of(TOKEN) : Optional.empty());
  }

  @Test
  void nobodyIsAskedInModeOff() {
    assertThat(
            new Authenticator(
                    Settings.of(Map.of()), key -> Optional.empty(), token -> Optional.empty())
                .authenticate("whatever", null))
        .isEmpty();
  }

  @Test
  void theAdminTokenIsTrimmedOnBothSides() {
    AdminToken token = admin(Map.of("ADMIN_TOKEN", " s3cret "));
    token.require("s3cret\n");
    refuses(401, "unauthorized_admin", () -> token.require("s3cre"));
    refuses(401, "unauthorized_admin", () -> token.require(null));
  }

  @Test
  void withoutAdminTokenAdministrationIsNotConfigured() {
    for (Map<String, String> settings :
        List.of(Map.<String, String>of(), Map.of("ADMIN_TOKEN", "  "))) {
      AdminToken token = admin(settings);
      refuses(503, "admin_not_configured", () -> token.require("anything"));
    }
  }

  @Test
  void debugEmbeddingsNeedTheExactTokenOrALocalCaller() {
    AdminToken configured = admin(Map.of("ADMIN_TOKEN", "s3cret"));
    assertThat(configured.allowsDebugEmbeddings("s3cret", "10.0.0.1")).isTrue();
    assertThat(configured.allowsDebugEmbeddings(" s3cret", "127.0.0.1")).isFalse();
    assertThat(configured.allowsDebugEmbeddings(null, "127.0.0.1")).isFalse();

    AdminToken open = admin(Map.of());
    assertThat(open.allowsDebugEmbeddings(null, "127.0.0.1")).isTrue();
    assertThat(open.allowsDebugEmbeddings(null, "::ffff:127.0.0.1")).isTrue();
    assertThat(open.allowsDebugEmbeddings(null, "0:0:0:0:0:0:0:1")).isTrue();
    assertThat(open.allowsDebugEmbeddings(null, "10.0.0.1")).isFalse();

    AdminToken production = admin(Map.of("APP_ENV", "prod"));
    assertThat(production.allowsDebugEmbeddings(null, "127.0.0.1")).isFalse();
  }

  @Test
  void aForwardedAddressCountsOnlyBehindATrustedProxy() {
    List<String> forwarded = List.of("1.1.1.1, 2.2.2.2", "3.3.3.3");
    assertThat(client(Map.of()).of("9.9.9.9", forwarded)).isEqualTo("9.9.9.9");
    assertThat(client(Map.of("TRUST_PROXY", "true")).of("9.9.9.9", forwarded)).isEqualTo("3.3.3.3");
    assertThat(
            client(Map.of("TRUST_PROXY", "true", "PERDURA_TRUSTED_HOPS", "2"))
                .of("9.9.9.9", forwarded))
        .isEqualTo("2.2.2.2");
    assertThat(
            client(Map.of("TRUST_PROXY", "true", "PERDURA_TRUSTED_HOPS", "9"))
                .of("9.9.9.9", forwarded))
        .isEqualTo("1.1.1.1");
    assertThat(client(Map.of("TRUST_PROXY", "true")).of("9.9.9.9", List.of())).isEqualTo("9.9.9.9");
    assertThat(client(Map.of("TRUST_PROXY", "true")).of("9.9.9.9", List.of(" ")))
        .isEqualTo("9.9.9.9");
  }

  @Test
  void aForwardedAddressCountsOnlyFromAListedProxy() {
    ClientAddress listed =
        client(Map.of("TRUST_PROXY", "true", "PERDURA_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"));
    assertThat(listed.of("10.0.0.9", List.of("6.6.6.6, 7.7.7.7, 10.1.1.1"))).isEqualTo("7.7.7.7");
    assertThat(listed.of("fd00::5", List.of("127.0.0.1, 8.8.8.8:4711"))).isEqualTo("8.8.8.8");
    assertThat(listed.of("10.0.0.9", List.of("[2001:db8::1]:443")))
        .isEqualTo("2001:db8:0:0:0:0:0:1");
    // Somebody who goes around the proxies is nobody but its socket.
    assertThat(listed.of("9.9.9.9", List.of("127.0.0.1"))).isEqualTo("9.9.9.9");
    assertThat(listed.of("11.0.0.9", List.of("10.0.0.1"))).isEqualTo("11.0.0.9");
    assertThat(listed.of("10.0.0.9", List.of("7.7.7.7, unknown"))).isEqualTo("10.0.0.9");
    assertThat(listed.of("10.0.0.9", List.of("7.7.7.7, "))).isEqualTo("10.0.0.9");
    assertThat(listed.of("10.0.0.9", List.of("10.0.0.7"))).isEqualTo("10.0.0.7");
    assertThat(listed.of("::ffff:10.0.0.9", List.of("7.7.7.7"))).isEqualTo("7.7.7.7");
  }

  @Test
  void rangesAreReadWithoutAskingAnybody() {
    assertThat(AddressRange.parse("10.1.2.0/23").contains(new byte[] {10, 1, 3, 7})).isTrue();
    assertThat(AddressRange.parse("10.1.2.0/23").contains(new byte[] {10, 1, 4, 7})).isFalse();
    assertThat(AddressRange.parse("0.0.0.0/0").contains(new byte[] {1, 2, 3, 4})).isTrue();
    assertThat(AddressRange.parse("1.2.3.4").contains(new byte[] {1, 2, 3, 5})).isFalse();
    for (String bad :
        List.of("proxy.example", "10.0.0.0/33", "10.0.0.256", "1.2.3", "::g", "/8", "fd00::/129")) {
      assertThatThrownBy(() -> AddressRange.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static AdminToken admin(Map<String, String> settings) {
    return new AdminToken(Settings.of(settings));
  }

  private static ClientAddress client(Map<String, String> settings) {
    return new ClientAddress(Settings.of(settings));
  }

  private static void refuses(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.body().has("details")).isFalse();
            });
  }
}
