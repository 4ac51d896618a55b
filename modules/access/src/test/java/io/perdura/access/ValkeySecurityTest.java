package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import io.perdura.access.ClusterBuckets.Mode;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.Redis;
import redis.embedded.RedisSentinel;
import redis.embedded.RedisServer;

/** Stores that want a password or TLS, and stores that sentinels watch. */
class ValkeySecurityTest {
  private static final Bucket BUCKET = new Bucket("b", 0.01, 10, 60_000);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration FAIL_OVER_LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final List<Redis> started = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (Redis redis : started.reversed()) {
      redis.stop();
    }
  }

  @Test
  void aPasswordOpensTheStoreAndAWrongOneDoesNot() throws IOException {
    int port = server("requirepass secret");
    try (ValkeyConnector right = connector("redis://:secret@127.0.0.1:" + port);
        ValkeyConnector wrong = connector("redis://:guess@127.0.0.1:" + port)) {
      try (SharedBuckets buckets = right.connect(true)) {
        assertThat(buckets.charge(List.of(BUCKET)).admitted()).isTrue();
      }
      assertThatThrownBy(() -> wrong.connect(true)).isInstanceOf(RedisException.class);
    }
  }

  @Test
  void aUserHasAPasswordOfItsOwn() throws IOException {
    int port = server("user perdura on >s@cret ~* +@all", "user default off");
    try (ValkeyConnector connector = connector("redis://perdura:s%40cret@127.0.0.1:" + port);
        SharedBuckets buckets = connector.connect(true)) {
      assertThat(buckets.charge(List.of(BUCKET)).admitted()).isTrue();
    }
  }

  @Test
  void tlsIsSpokenOnlyWithWhomTheAuthoritiesVouchFor() throws Exception {
    int port = server("requirepass secret");
    TlsRelay.Identity known = TlsRelay.identity(directory, "known");
    TlsRelay.Identity stranger = TlsRelay.identity(directory, "stranger");
    try (TlsRelay relay = new TlsRelay(known, port)) {
      String url = "rediss://:secret@localhost:" + relay.port();
      try (ValkeyConnector trusting = connector(url, known.certificate());
          SharedBuckets buckets = trusting.connect(true)) {
        assertThat(buckets.charge(List.of(BUCKET)).admitted()).isTrue();
      }
      try (ValkeyConnector doubting = connector(url, stranger.certificate())) {
        assertThatThrownBy(() -> doubting.connect(true)).isInstanceOf(RedisException.class);
      }
      try (ValkeyConnector elsewhere =
          connector(url.replace("localhost", "127.0.0.1"), known.certificate())) {
        assertThatThrownBy(() -> elsewhere.connect(true)).isInstanceOf(RedisException.class);
      }
    }
  }

  @Test
  void sentinelsLeadToTheNextPrimaryWhoseBucketsStartEmpty() throws Exception {
    int first = server("requirepass secret", "masterauth secret");
    int second = server("requirepass secret", "masterauth secret", "replicaof 127.0.0.1 " + first);
    int sentinel = sentinel(first);
    ValkeyConnector connector =
        connector("redis-sentinel://:secret@127.0.0.1:" + sentinel + "#limits");
    ClusterBuckets buckets = new ClusterBuckets(connector, () -> 1, System::nanoTime);
    await("the replica follows and is known", () -> replicas(sentinel) == 1);
    buckets.look();
    assertThat(buckets.mode()).isEqualTo(Mode.SHARED);
    assertThat(LocalBucketsTest.admitted(buckets, BUCKET, 100)).isEqualTo(10);

    started.getFirst().stop();
    assertThat(LocalBucketsTest.admitted(buckets, BUCKET, 100)).isZero();
    assertThat(buckets.mode()).isEqualTo(Mode.SHARE);
    await(
        "sentinel has made port " + second + " the primary",
        () -> {
          buckets.look();
          return buckets.mode() == Mode.SHARED;
        });
    assertThat(LocalBucketsTest.admitted(buckets, BUCKET, 100)).isZero();
    assertThat(buckets.losses()).isEqualTo(1);
    buckets.stop();
  }

  private static int replicas(int sentinel) {
    try (io.lettuce.core.RedisClient client =
            io.lettuce.core.RedisClient.create("redis://127.0.0.1:" + sentinel);
        var connection = client.connectSentinel()) {
      return connection.sync().replicas("limits").size();
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) throws InterruptedException {
    long end = System.nanoTime() + FAIL_OVER_LIMIT.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(200);
    }
  }

  private int server(String... settings) throws IOException {
    int port = freePort();
    var builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"");
    for (String setting : settings) {
      builder.setting(setting);
    }
    start(builder.build());
    return port;
  }

  private int sentinel(int primary) throws IOException {
    int port = freePort();
    start(
        RedisSentinel.newRedisSentinel()
            .port(port)
            .bind("127.0.0.1")
            .setting("sentinel monitor limits 127.0.0.1 " + primary + " 1")
            .setting("sentinel auth-pass limits secret")
            .setting("sentinel down-after-milliseconds limits 500")
            .setting("sentinel failover-timeout limits 2000")
            .build());
    return port;
  }

  private void start(Redis redis) throws IOException {
    redis.start();
    started.add(redis);
  }

  private ValkeyConnector connector(String url) {
    return connector(url, null);
  }

  private ValkeyConnector connector(String url, Path authorities) {
    Map<String, String> settings = new HashMap<>(Map.of("PERDURA_VALKEY_URL", url));
    if (authorities != null) {
      settings.put("PERDURA_VALKEY_CA_FILE", authorities.toString());
    }
    return new ValkeyConnector(ValkeyAddress.of(Settings.of(settings)), "test", TIMEOUT);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
