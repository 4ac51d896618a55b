package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

/**
 * Three servers, one Valkey, one limit: what they let pass together while Valkey is there, away and
 * back again. {@code -Dperdura.limits.seconds} makes each of the three times longer than {@value
 * #DEFAULT_SECONDS} s.
 */
class ClusterLimitsIT {
  private static final int DEFAULT_SECONDS = 6;
  private static final int SERVERS = 3;

  /** A third of it divides badly on purpose. */
  private static final double RPS = 40;

  private static final int BURST = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private static TestDatabase database;
  private static RedisServer valkey;
  private static int valkeyPort;
  private static final List<LibertyServer> SERVER = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.fresh();
    try (ServerSocket socket = new ServerSocket(0)) {
      valkeyPort = socket.getLocalPort();
    }
    startValkey();
    for (int i = 0; i < SERVERS; i++) {
      LibertyServer server =
          new LibertyServer("limits" + i, database.jdbcUrl(), database.user(), database.password())
              .with("PERDURA_ROLE", "api")
              .with("TENANT_QUOTA_ENABLED", "true")
              .with("PERDURA_VALKEY_URL", "redis://127.0.0.1:" + valkeyPort)
              .with("TENANT_RECALL_RATE_LIMIT_RPS", Double.toString(RPS))
              .with("TENANT_RECALL_RATE_LIMIT_BURST", Integer.toString(BURST));
      // On a busy machine an answer takes its time; that must not look like an outage.
      SERVER.add(server.with("PERDURA_VALKEY_TIMEOUT_MS", "1500"));
    }
    SERVER.getFirst().start(); // migrates
    SERVER.stream().skip(1).forEach(LibertyServer::launch);
    SERVER.forEach(server -> server.awaitReady(START_LIMIT));
    Poll.until("each server knows all three", PATIENCE, () -> all(server -> servers(server) == 3));
  }

  @AfterAll
  static void stop() throws Exception {
    SERVER.forEach(LibertyServer::close);
    valkey.stop();
    database.close();
  }

  @Test
  void threeServersHoldOneLimitBeforeDuringAndAfterAnOutage() throws Exception {
    int seconds = Integer.getInteger("perdura.limits.seconds", DEFAULT_SECONDS);
    assertThat(modes()).containsOnly("shared");
    Load load = new Load();

    Window before = load.measure("before", seconds);
    valkey.stop();
    // The first refused call moves a server; counted are the times between the moves.
    Window falling = load.until("all hold to their part", () -> modes("share"));
    assertThat(all(server -> metric(server, "perdura_access_limits_degraded") == 1)).isTrue();
    Window during = load.measure("during", seconds);
    startValkey();
    Window rising = load.until("all count together again", () -> modes("shared"));
    assertThat(all(server -> metric(server, "perdura_access_limits_degraded") == 0)).isTrue();
    Window after = load.measure("after", seconds);
    load.stop();

    for (Window window : List.of(before, falling, during, rising, after)) {
      System.out.println(window);
      assertThat((double) window.admitted())
          .as("never more than the limit: " + window)
          .isLessThanOrEqualTo(1.05 * window.limit() + BURST);
    }
    // Buckets start empty after each move, so at its start a window may owe what it gains in a
    // moment.
    for (Window window : List.of(before, during, after)) {
      // A machine that is too busy to ask often enough proves nothing about those who answer.
      assertThat((double) window.asked())
          .as("there is more load than the limit: " + window)
          .isGreaterThanOrEqualTo(1.2 * window.limit());
      assertThat((double) window.admitted())
          .as("even load gets what it may have: " + window)
          .isGreaterThanOrEqualTo(0.95 * window.limit());
    }
    Window whole = load.window("whole", before.startNanos(), after.endNanos());
    System.out.println(whole);
    assertThat((double) whole.admitted()).isLessThanOrEqualTo(1.05 * whole.limit() + BURST);
    assertThat(losses()).allMatch(count -> count > 0);
  }

  @Test
  void aQuotaOfTheControlPlaneIsInForceOnEveryServerWithinTwoSeconds() throws Exception {
    Api first = SERVER.getFirst().api();
    first.post("/v1/admin/control/tenants", "{\"tenant_id\":\"acme\"}", Api.ADMIN).ok();
    assertThat(admittedAtOnce("acme", 3)).isEqualTo(9);

    put("acme", 2);
    Thread.sleep(2_000);
    // A new quota is a new bucket, full and shared by all three.
    assertThat(admittedAtOnce("acme", 3)).isEqualTo(2);

    put("acme", 5);
    Thread.sleep(2_000);
    assertThat(admittedAtOnce("acme", 3)).isEqualTo(5);

    first.send("DELETE", quota("acme"), null, null, Api.ADMIN).ok();
    Thread.sleep(2_000);
    assertThat(admittedAtOnce("acme", 3)).isEqualTo(9);
  }

  private static void put(String tenant, int burst) {
    String body =
        ("{'recall_rps':0.001,'recall_burst':%d,'write_rps':1,'write_burst':1,'write_max_wait_ms':0,'debug_embed_rps':1,"
                + "'debug_embed_burst':1,'recall_text_embed_rps':1,'recall_text_embed_burst':1,'recall_text_embed_max_wait_ms':0}")
            .formatted(burst)
            .replace('\'', '"');
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    SERVER.getFirst().api().send("PUT", quota(tenant), "application/json", bytes, Api.ADMIN).ok();
  }

  private static String quota(String tenant) {
    return "/v1/admin/control/tenant-quotas/" + tenant;
  }

  /** Asks each server {@code times} times. */
  private static int admittedAtOnce(String tenant, int times) {
    int admitted = 0;
    for (int i = 0; i < times; i++) {
      for (LibertyServer server : SERVER) {
        admitted += find(server, tenant) ? 1 : 0;
      }
    }
    return admitted;
  }

  private static boolean find(LibertyServer server, String tenant) {
    Api.Answer answer =
        server
            .api()
            .post("/v1/memory/find", "{\"tenant_id\":\"" + tenant + "\",\"limit\":1}", Map.of());
    if (answer.status() != 200) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(429);
      assertThat(answer.json().get("error").textValue()).isEqualTo("tenant_rate_limited_recall");
    }
    return answer.status() == 200;
  }

  /** What was let pass between two moments. */
  private record Window(String name, long startNanos, long endNanos, long asked, long admitted) {
    double limit() {
      return (endNanos - startNanos) / 1e9 * RPS;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: %d of %d admitted in %.2f s, %.3f of the limit",
          name,
          admitted,
          asked,
          (endNanos - startNanos) / 1e9,
          admitted / limit());
    }
  }

  /**
   * The same load on every server, together twice the limit. What was admitted is counted when it
   * was asked for.
   */
  private static final class Load {
    /** So many that a slow answer to one does not make the load uneven. */
    private static final int CLIENTS = 6;

    private static final long PAUSE_NANOS = (long) (1e9 * SERVERS * CLIENTS / (2 * RPS));

    private final List<Long> asked = new ArrayList<>();
    private final List<Long> admitted = new ArrayList<>();
    private final List<CompletableFuture<Void>> clients = new ArrayList<>();
    private volatile boolean over;

    Load() {
      for (int i = 0; i < CLIENTS * SERVERS; i++) {
        LibertyServer server = SERVER.get(i % SERVERS);
        long offset = PAUSE_NANOS * i / (CLIENTS * SERVERS);
        clients.add(
            CompletableFuture.runAsync(
                () -> drive(server, offset), Executors.newVirtualThreadPerTaskExecutor()));
      }
    }

    Window measure(String name, int seconds) throws InterruptedException {
      long start = System.nanoTime();
      Thread.sleep(Duration.ofSeconds(seconds));
      return window(name, start, System.nanoTime());
    }

    Window until(String what, BooleanSupplier condition) {
      long start = System.nanoTime();
      Poll.until(what, PATIENCE, condition);
      return window("until " + what, start, System.nanoTime());
    }

    void stop() {
      over = true;
      clients.forEach(CompletableFuture::join);
    }

    Window window(String name, long start, long end) {
      assertThat(clients).noneMatch(CompletableFuture::isCompletedExceptionally);
      synchronized (admitted) {
        return new Window(name, start, end, count(asked, start, end), count(admitted, start, end));
      }
    }

    private static long count(List<Long> times, long start, long end) {
      return times.stream().filter(at -> at >= start && at < end).count();
    }

    private void drive(LibertyServer server, long offset) {
      for (long next = System.nanoTime() + offset; !over; next += PAUSE_NANOS) {
        LockSupport.parkNanos(next - System.nanoTime());
        long now = System.nanoTime();
        boolean passed = find(server, "load");
        synchronized (admitted) {
          asked.add(now);
          if (passed) {
            admitted.add(now);
          }
        }
      }
    }
  }

  private interface Check {
    boolean holds(LibertyServer server);
  }

  private static boolean all(Check check) {
    return SERVER.stream().allMatch(check::holds);
  }

  private static List<Integer> losses() {
    return SERVER.stream().map(server -> metric(server, "perdura_access_valkey_losses")).toList();
  }

  private static boolean modes(String mode) {
    return modes().stream().allMatch(mode::equals);
  }

  private static List<String> modes() {
    return SERVER.stream().map(server -> limits(server).path("counted").asText()).toList();
  }

  private static int servers(LibertyServer server) {
    return limits(server).path("servers").asInt();
  }

  private static JsonNode limits(LibertyServer server) {
    for (JsonNode check : server.api().get("/health/ready").ok().get("checks")) {
      if (check.get("name").textValue().equals("rate_limits")) {
        return check.get("data");
      }
    }
    throw new AssertionError("health does not tell about limits");
  }

  private static int metric(LibertyServer server, String name) {
    return server
        .management()
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static void startValkey() throws Exception {
    valkey =
        RedisServer.newRedisServer()
            .port(valkeyPort)
            .bind("127.0.0.1")
            .setting("save \"\"")
            .build();
    valkey.start();
  }
}
