package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.perdura.kernel.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValkeyAddressTest {
  @Test
  void withoutAnAddressThereIsNone() {
    assertThat(ValkeyAddress.of(Settings.of(Map.of()))).isNull();
  }

  @Test
  void oneStoreHasAHostAPortAndADatabase() {
    RedisURI uri = uri("redis://valkey.example:6380/3");
    assertThat(uri.getHost()).isEqualTo("valkey.example");
    assertThat(uri.getPort()).isEqualTo(6380);
    assertThat(uri.getDatabase()).isEqualTo(3);
    assertThat(uri.isSsl()).isFalse();
    assertThat(uri.getTimeout()).isEqualTo(ValkeyAddress.PATIENCE);
    assertThat(uri("redis://valkey.example").getPort()).isEqualTo(6379);
  }

  @Test
  void tlsChecksWhoAnswers() {
    RedisURI uri = uri("rediss://valkey.example");
    assertThat(uri.isSsl()).isTrue();
    assertThat(uri.isVerifyPeer()).isTrue();
  }

  @Test
  void sentinelsNameThePrimary() {
    RedisURI uri = uri("redis-sentinel://perdura:secret@a:26379,b:26380,c/2#limits");
    assertThat(uri.getSentinelMasterId()).isEqualTo("limits");
    assertThat(uri.getDatabase()).isEqualTo(2);
    assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b", "c");
    assertThat(uri.getSentinels())
        .extracting(RedisURI::getPort)
        .containsExactly(26379, 26380, 26379);
    assertThat(uri.getSentinels())
        .extracting(RedisURI::getTimeout)
        .containsOnly(ValkeyAddress.PATIENCE);
  }

  @Test
  void sentinelsHaveAPasswordOfTheirOwnAndTheSameTls() {
    RedisURI uri =
        ValkeyAddress.of(
                Settings.of(
                    Map.of(
                        "PERDURA_VALKEY_URL",
                        "rediss-sentinel://:secret@a,b#limits",
                        "PERDURA_VALKEY_SENTINEL_PASSWORD",
                        "other")))
            .uri();
    assertThat(uri.isSsl()).isTrue();
    assertThat(uri.getSentinels())
        .hasSize(2)
        .allSatisfy(sentinel -> {
          assertThat(sentinel.isSsl()).isTrue();
          assertThat(sentinel.isVerifyPeer()).isTrue();
          assertThat(credentials(sentinel).getPassword()).isEqualTo("other".toCharArray());
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "valkey:6379",
        "http://valkey",
        "redis-socket:///tmp/valkey",
        "redis:///3",
        "redis-sentinel://a,b",
        "redis-sentinel://secret@a,b#",
        "redis://:sec ret@host",
        ""
      })
  void whatIsNoAddressIsRefusedWithoutTellingIt(String text) {
    Settings settings = Settings.of(Map.of("PERDURA_VALKEY_URL", text));
    if (text.isEmpty()) {
      assertThat(new LimitSettings().check(settings)).isEmpty();
      return;
    }
    assertThatThrownBy(() -> ValkeyAddress.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessageNotContaining(text);
    assertThat(new LimitSettings().check(settings))
        .singleElement()
        .asString()
        .startsWith("PERDURA_VALKEY_URL: must be");
  }

  @Test
  void aMissingFileOfAuthoritiesIsAFault() {
    assertThat(
            new LimitSettings()
                .check(Settings.of(Map.of("PERDURA_VALKEY_CA_FILE", "no/such/file.pem"))))
        .containsExactly("PERDURA_VALKEY_CA_FILE: there is no such file, or it cannot be read");
  }

  private static RedisURI uri(String text) {
    return ValkeyAddress.of(Settings.of(Map.of("PERDURA_VALKEY_URL", text))).uri();
  }

  private static RedisCredentials credentials(RedisURI uri) {
    return ((RedisCredentialsProvider.ImmediateRedisCredentialsProvider)
            uri.getCredentialsProvider())
        .resolveCredentialsNow();
  }
}
