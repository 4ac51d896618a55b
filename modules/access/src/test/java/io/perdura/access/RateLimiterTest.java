package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.access.Limiter.Caller;
import io.perdura.access.Limiter.Category;
import io.perdura.access.Limiter.Party;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
  private static final Caller REMOTE = caller("acme", "10.0.0.7");
  private static final Caller LOCAL = caller("acme", "127.0.0.1");

  private final ManualClock clock = new ManualClock();
  private final List<Long> sleeps = new ArrayList<>();

  @Test
  void aClientHasTheContractsBursts() {
    assertThat(admitted(limiter(), Category.RECALL, REMOTE)).isEqualTo(20);
    assertThat(admitted(limiter("WRITE_RATE_LIMIT_MAX_WAIT_MS", "0"), Category.WRITE, REMOTE))
        .isEqualTo(10);
    assertThat(admitted(limiter(), Category.DEBUG_EMBEDDINGS, REMOTE)).isEqualTo(2);
  }

  @Test
  void aRefusedClientIsToldWhenToComeBack() {
    RateLimiter limiter = limiter();
    drain(limiter, Category.RECALL, REMOTE);
    ApiException refusal = refusal(limiter, Category.RECALL, REMOTE);
    assertThat(refusal.status()).isEqualTo(429);
    assertThat(refusal.code()).isEqualTo("rate_limited_recall");
    assertThat(refusal.body().get("details").toString())
        .isEqualTo("{\"retry_after_ms\":100,\"waited_ms\":0}");
    assertThat(refusal.retryAfterSeconds()).hasValue(1);
  }

  @Test
  void retryAfterIsRoundedUpToWholeSeconds() {
    RateLimiter limiter = limiter();
    drain(limiter, Category.DEBUG_EMBEDDINGS, REMOTE);
    clock.pass(900);
    ApiException refusal = refusal(limiter, Category.DEBUG_EMBEDDINGS, REMOTE);
    assertThat(refusal.code()).isEqualTo("rate_limited_debug_embeddings");
    assertThat(refusal.body().at("/details/retry_after_ms").longValue()).isBetween(4_099L, 4_101L);
    assertThat(refusal.retryAfterSeconds()).hasValue(5);
  }

  @Test
  void aRefusedTenantIsNamed() {
    RateLimiter limiter = limiter("TENANT_RECALL_RATE_LIMIT_BURST", "1");
    drain(limiter, Category.RECALL, LOCAL);
    ApiException refusal = refusal(limiter, Category.RECALL, LOCAL);
    assertThat(refusal.code()).isEqualTo("tenant_rate_limited_recall");
    assertThat(refusal.body().get("details").toString())
        .isEqualTo("{\"tenant_id\":\"acme\",\"retry_after_ms\":34,\"waited_ms\":0}");
    assertThat(admitted(limiter, Category.RECALL, caller("globex", "127.0.0.1"))).isEqualTo(1);
  }

  @Test
  void aWriteWaitsOnceForItsToken() {
    RateLimiter limiter = limiter("WRITE_RATE_LIMIT_BURST", "1");
    limiter.charge(List.of(Category.WRITE), REMOTE);
    limiter.charge(List.of(Category.WRITE), REMOTE);
    assertThat(sleeps).containsExactly(200L);
  }

  @Test
  void aWriteThatWaitedInVainSaysHowLong() {
    RateLimiter limiter =
        limiter("WRITE_RATE_LIMIT_BURST", "1", "WRITE_RATE_LIMIT_MAX_WAIT_MS", "50");
    limiter.charge(List.of(Category.WRITE), REMOTE);
    ApiException refusal = refusal(limiter, Category.WRITE, REMOTE);
    assertThat(refusal.code()).isEqualTo("rate_limited_write");
    assertThat(refusal.body().get("details").toString())
        .isEqualTo("{\"retry_after_ms\":150,\"waited_ms\":50}");
    assertThat(sleeps).containsExactly(50L);
  }

  @Test
  void clientAndTenantEachHaveTheirWait() {
    RateLimiter limiter =
        limiter(
            "WRITE_RATE_LIMIT_BURST",
            "1",
            "TENANT_WRITE_RATE_LIMIT_BURST",
            "1",
            "TENANT_WRITE_RATE_LIMIT_RPS",
            "2");
    limiter.charge(List.of(Category.WRITE), REMOTE);
    ApiException refusal = refusal(limiter, Category.WRITE, REMOTE);
    assertThat(sleeps).containsExactly(200L, 300L);
    assertThat(refusal).isNull();
  }

  @Test
  void loopbackIsSparedTheClientsLimitOnly() {
    RateLimiter limiter = limiter("TENANT_QUOTA_ENABLED", "false");
    assertThat(admitted(limiter, Category.RECALL, LOCAL)).isEqualTo(200);
    assertThat(admitted(limiter(), Category.RECALL, LOCAL)).isEqualTo(60);
  }

  @Test
  void embeddingIsChargedToLoopbackToo() {
    RateLimiter limiter =
        limiter("TENANT_QUOTA_ENABLED", "false", "RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", "0");
    assertThat(admitted(limiter, Category.RECALL_TEXT_EMBED, LOCAL)).isEqualTo(8);
  }

  @Test
  void productionSparesNobody() {
    RateLimiter limiter =
        limiter(
            "APP_ENV",
            "prod",
            "RATE_LIMIT_BYPASS_LOOPBACK",
            "true",
            "TENANT_QUOTA_ENABLED",
            "false");
    assertThat(admitted(limiter, Category.RECALL, LOCAL)).isEqualTo(20);
  }

  @Test
  void bothMayBeSwitchedOff() {
    RateLimiter limiter = limiter("RATE_LIMIT_ENABLED", "false", "TENANT_QUOTA_ENABLED", "false");
    assertThat(admitted(limiter, Category.RECALL, REMOTE)).isEqualTo(200);
  }

  @Test
  void knownCallersBehindOneAddressDoNotShare() {
    RateLimiter limiter = limiter();
    assertThat(admitted(limiter, Category.RECALL, keyed("k1"))).isEqualTo(20);
    assertThat(admitted(limiter, Category.RECALL, keyed("k2"))).isEqualTo(20);
    assertThat(admitted(limiter, Category.RECALL, REMOTE)).isEqualTo(20);
    assertThat(admitted(limiter, Category.RECALL, keyed("k3"))).as("the tenant's 60").isZero();
  }

  @Test
  void theAdministratorHasABucketWhereverItCallsFrom() {
    RateLimiter limiter = limiter();
    drain(limiter, Category.RECALL, new Caller(Optional.empty(), "a", "10.0.0.1", true));
    assertThat(
            refusal(limiter, Category.RECALL, new Caller(Optional.empty(), "b", "10.0.0.2", true)))
        .isNotNull();
  }

  @Test
  void categoriesAreChargedInOrderEachClientBeforeTenant() {
    List<String> keys = new ArrayList<>();
    Buckets spy =
        buckets -> {
          buckets.forEach(bucket -> keys.add(bucket.key()));
          return Decision.ADMITTED;
        };
    Settings settings = Settings.of(Map.of());
    new RateLimiter(settings, spy, new ManagedTenantQuotas(null, settings), sleeps::add)
        .charge(List.of(Category.RECALL, Category.RECALL_TEXT_EMBED), REMOTE);
    assertThat(keys)
        .containsExactly(
            "client:recall:ip:10.0.0.7",
            "tenant:recall:acme:30.0:60",
            "client:recall_text_embed:ip:10.0.0.7",
            "tenant:recall_text_embed:acme:8.0:16");
  }

  @Test
  void aNameOfAnyLengthMakesAShortKey() {
    List<String> keys = new ArrayList<>();
    Buckets spy =
        buckets -> {
          buckets.forEach(bucket -> keys.add(bucket.key()));
          return Decision.ADMITTED;
        };
    Settings settings = Settings.of(Map.of());
    new RateLimiter(settings, spy, new ManagedTenantQuotas(null, settings), sleeps::add)
        .charge(List.of(Category.WRITE), caller("t".repeat(100_000), "x".repeat(5_000)));
    assertThat(keys).hasSize(2).allSatisfy(key -> assertThat(key).hasSizeLessThan(150));
  }

  @Test
  void refusalsAreCounted() {
    RateLimiter limiter = limiter();
    drain(limiter, Category.RECALL, REMOTE);
    long before = limiter.refused(Party.CLIENT, Category.RECALL);
    assertThat(refusal(limiter, Category.RECALL, REMOTE)).isNotNull();
    assertThat(limiter.refused(Party.CLIENT, Category.RECALL)).isEqualTo(before + 1);
    assertThat(limiter.refused(Party.TENANT, Category.RECALL)).isZero();
  }

  @Test
  void aQuotaOfItsOwnReplacesTheDefault() {
    Settings settings = Settings.of(Map.of());
    TenantQuotas quotas = (tenant, category) -> new Rate(1, tenant.equals("acme") ? 3 : 1, 0);
    RateLimiter limiter = new RateLimiter(settings, LocalBuckets.alone(clock), quotas, this::sleep);
    assertThat(admitted(limiter, Category.WRITE, LOCAL)).isEqualTo(3);
    assertThat(admitted(limiter, Category.WRITE, caller("globex", "127.0.0.1"))).isEqualTo(1);
  }

  @Test
  void aThreadThatIsToldToStopWhileItWaitsRefuses() {
    Settings settings = Settings.of(Map.of("WRITE_RATE_LIMIT_BURST", "1"));
    RateLimiter limiter =
        new RateLimiter(
            settings,
            LocalBuckets.alone(clock),
            new ManagedTenantQuotas(null, settings),
            millis -> {
              throw new InterruptedException();
            });
    limiter.charge(List.of(Category.WRITE), REMOTE);
    assertThatThrownBy(() -> limiter.charge(List.of(Category.WRITE), REMOTE))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("server_stopping"));
    assertThat(Thread.interrupted()).isTrue();
  }

  private void sleep(long millis) {
    sleeps.add(millis);
    clock.pass(millis);
  }

  private RateLimiter limiter(String... values) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      map.put(values[i], values[i + 1]);
    }
    Settings settings = Settings.of(map);
    return new RateLimiter(
        settings, LocalBuckets.alone(clock), new ManagedTenantQuotas(null, settings), this::sleep);
  }

  private static Caller caller(String tenant, String address) {
    return new Caller(Optional.empty(), tenant, address, false);
  }

  private static Caller keyed(String fingerprint) {
    Principal principal = new Principal("acme", null, null, null, fingerprint);
    return new Caller(Optional.of(principal), "acme", "10.0.0.7", false);
  }

  private static void drain(RateLimiter limiter, Category category, Caller caller) {
    assertThat(admitted(limiter, category, caller)).isPositive();
  }

  /** How many of at most 200 pass until the first refusal. */
  private static int admitted(RateLimiter limiter, Category category, Caller caller) {
    for (int i = 0; i < 200; i++) {
      if (refusal(limiter, category, caller) != null) {
        return i;
      }
    }
    return 200;
  }

  /** Null when the request passed. */
  private static ApiException refusal(RateLimiter limiter, Category category, Caller caller) {
    return catchThrowableOfType(
        ApiException.class, () -> limiter.charge(List.of(category), caller));
  }
}
