package io.perdura.access;

import static io.perdura.access.LocalBucketsTest.admitted;
import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.access.ClusterBuckets.Mode;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

/** The scripts in a real Redis, and what two servers together let pass when it dies and returns. */
class ValkeyBucketsTest {
  private static final Bucket SLOW = new Bucket("slow", 0.01, 10, 60_000);
  private static final Bucket OTHER = new Bucket("other", 0.01, 3, 60_000);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private int port;
  private RedisServer redis;
  private ValkeyConnector connector;

  @BeforeEach
  void start() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    redis = redis();
    connector = connector();
  }

  @AfterEach
  void stop() throws IOException {
    connector.close();
    redis.stop();
  }

  @Test
  void allServersTakeFromOneBucket() {
    try (SharedBuckets a = connector.connect(true);
        ValkeyConnector other = connector();
        SharedBuckets b = other.connect(true)) {
      assertThat(admitted(a, SLOW, 6)).isEqualTo(6);
      assertThat(admitted(b, SLOW, 100)).isEqualTo(4);
      assertThat(admitted(a, SLOW, 100)).isZero();
    }
  }

  @Test
  void oneCallChargesAllBucketsOfARequestUpToTheFirstEmptyOne() {
    try (SharedBuckets buckets = connector.connect(true)) {
      admitted(buckets, OTHER, 3);
      Decision decision = buckets.charge(List.of(SLOW, OTHER, SLOW));
      assertThat(decision.denied()).isEqualTo(1);
      assertThat(decision.retryAfterMs()).isBetween(90_000L, 100_000L);
      assertThat(admitted(buckets, SLOW, 100)).isEqualTo(9);
    }
  }

  @Test
  void aBucketFillsWithTime() throws InterruptedException {
    Bucket quick = new Bucket("quick", 2, 1, 60_000);
    try (SharedBuckets buckets = connector.connect(true)) {
      assertThat(admitted(buckets, quick, 1)).isEqualTo(1);
      Decision decision = buckets.charge(List.of(quick));
      assertThat(decision.denied()).isZero();
      Thread.sleep(decision.retryAfterMs());
      assertThat(buckets.charge(List.of(quick)).admitted()).isTrue();
    }
  }

  @Test
  void aDebtIsPaidAndNeverMakesABucketLessThanEmpty() {
    try (SharedBuckets buckets = connector.connect(true)) {
      buckets.repay(
          IntStream.range(0, 250)
              .mapToObj(i -> new SharedBuckets.Debt(new Bucket("b" + i, 0.01, 10, 1), 4))
              .toList());
      assertThat(admitted(buckets, new Bucket("b249", 0.01, 10, 1), 100)).isEqualTo(6);
      buckets.repay(List.of(new SharedBuckets.Debt(SLOW, 1_000_000)));
      assertThat(buckets.charge(List.of(SLOW)).retryAfterMs()).isBetween(90_000L, 100_000L);
    }
  }

  @Test
  void aStoreThatNobodyUsedHasFullBucketsForAFreshServerOnly() {
    try (SharedBuckets known = connector.connect(false)) {
      assertThat(admitted(known, SLOW, 100)).isZero();
    }
  }

  @Test
  void aReconnectedServerFindsTheCountsAsTheyWere() {
    try (SharedBuckets first = connector.connect(true)) {
      admitted(first, SLOW, 4);
    }
    try (SharedBuckets second = connector.connect(false)) {
      assertThat(admitted(second, SLOW, 100)).isEqualTo(6);
    }
  }

  @Test
  void aRestartedStoreStartsEmpty() throws IOException {
    try (SharedBuckets first = connector.connect(true)) {
      admitted(first, SLOW, 4);
    }
    redis.stop();
    redis = redis();
    try (SharedBuckets second = connector.connect(false)) {
      assertThat(admitted(second, SLOW, 100)).isZero();
    }
  }

  @Test
  void twoServersHoldOneLimitBeforeDuringAndAfterAnOutage() throws Exception {
    Bucket hundred = new Bucket("hundred", 100, 50, 60_000);
    try (ValkeyConnector other = connector()) {
      ClusterBuckets a = new ClusterBuckets(connector, () -> 2, System::nanoTime);
      ClusterBuckets b = new ClusterBuckets(other, () -> 2, System::nanoTime);
      a.look();
      b.look();
      long start = System.nanoTime();
      int admitted = hammer(a, b, hundred, 1_000);
      assertThat(a.mode()).isEqualTo(Mode.SHARED);

      redis.stop();
      admitted += hammer(a, b, hundred, 1_500);
      assertThat(List.of(a.mode(), b.mode())).containsOnly(Mode.SHARE);

      redis = redis();
      a.look();
      admitted += hammer(a, b, hundred, 200);
      b.look();
      admitted += hammer(a, b, hundred, 1_500);
      assertThat(List.of(a.mode(), b.mode())).containsOnly(Mode.SHARED);

      double limit = (System.nanoTime() - start) / 1e9 * hundred.rps();
      assertThat(admitted).isBetween((int) (0.8 * limit), (int) (1.05 * limit + 50));
      a.stop();
      b.stop();
    }
  }

  private static int hammer(Buckets a, Buckets b, Bucket bucket, long millis)
      throws InterruptedException {
    int admitted = 0;
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    while (System.nanoTime() < end) {
      admitted += admitted(a, bucket, 2) + admitted(b, bucket, 2);
      Thread.sleep(2);
    }
    return admitted;
  }

  private ValkeyConnector connector() {
    return new ValkeyConnector(
        ValkeyAddress.of(Settings.of(Map.of("PERDURA_VALKEY_URL", "redis://127.0.0.1:" + port))),
        "test",
        TIMEOUT);
  }

  private RedisServer redis() throws IOException {
    RedisServer server =
        RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
    server.start();
    return server;
  }
}
