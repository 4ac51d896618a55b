package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import redis.embedded.RedisServer;

/**
 * What it costs to know who calls and how much they may: the same calls to a server that asks
 * nobody, one that looks up managed keys and counts limits itself, and one that counts them in
 * Valkey; all three run at the same time and are asked in turn.
 */
final class AccessCost {
  private static final String RECALL = "/v1/memory/recall";
  private static final String WRITE = "/v1/memory/write";
  private static final int TENANTS = 10_000;

  /** Three servers compile their code at the same time. */
  private static final int WARM_UP_SECONDS = 40;

  private static final int KEYS_PER_TENANT = 5;

  /** Keys of the tenant that is asked: as many callers, each with a bucket of its own. */
  private static final int CALLERS = 1_000;

  /** Key number {@code %s}: made by the database and here alike. */
  private static final String KEY = "ak_live_benchmark%s";

  private static final List<String> TENANT_SQL =
      List.of(
          "insert into control_tenants (tenant_id) select 'tenant-' || n from generate_series(1, "
              + TENANTS
              + ") n on conflict do nothing",
          "insert into control_tenants (tenant_id) values ('default') on conflict do nothing",
          "insert into control_tenant_quotas (tenant_id, recall_rps, recall_burst, write_rps, write_burst, write_max_wait_ms,"
              + " debug_embed_rps, debug_embed_burst, recall_text_embed_rps, recall_text_embed_burst,"
              + " recall_text_embed_max_wait_ms) select tenant_id, 1000000, 1000000, 1000000, 1000000, 0, 1, 1, 1, 1, 0"
              + " from control_tenants on conflict do nothing");

  private final Stage stage;
  private final List<ServerProcess> servers = new ArrayList<>();
  private long postmaster;

  AccessCost(Stage stage) {
    this.stage = stage;
  }

  /**
   * One kind of call by one client.
   *
   * @param checks what the server does before it works
   * @param ratio median over that of the server that asks nobody
   */
  record Result(String operation, String checks, Measured service, double ratio) {}

  private record Variant(String name, ServerProcess server, boolean keyed) {}

  List<Result> measure() throws Exception {
    seed();
    postmaster = stage.postmaster();
    stage.stopServer();
    int valkeyPort = stage.options().port() + 50;
    RedisServer valkey =
        RedisServer.newRedisServer()
            .port(valkeyPort)
            .bind("127.0.0.1")
            .setting("save \"\"")
            .build();
    valkey.start();
    try {
      List<Variant> variants = new ArrayList<>();
      variants.add(new Variant("nobody is asked", start(0, Map.of()), false));
      variants.add(new Variant("keys, limits in the server", start(1, checking()), true));
      Map<String, String> shared = checking();
      shared.put("PERDURA_VALKEY_URL", "redis://127.0.0.1:" + valkeyPort);
      variants.add(new Variant("keys, limits in Valkey", start(2, shared), true));
      Queries queries = new Queries(stage.dataset(), stage.large());
      WriteRequests writes = new WriteRequests(stage.large(), "acc" + System.currentTimeMillis());
      List<Result> results = new ArrayList<>();
      results.addAll(measure("recall", RECALL, variants, queries::recallBody));
      results.addAll(measure("write", WRITE, variants, i -> writes.body("a", i)));
      return results;
    } finally {
      servers.forEach(ServerProcess::close);
      valkey.stop();
    }
  }

  private List<Result> measure(
      String operation, String path, List<Variant> variants, LongFunction<byte[]> body)
      throws Exception {
    Work.Factory[] layers = new Work.Factory[variants.size()];
    for (int i = 0; i < layers.length; i++) {
      Variant variant = variants.get(i);
      layers[i] =
          () ->
              new HttpWork(
                  variant.server().port(), path, call -> variant.keyed() ? header(call) : "", body);
      new ClosedLoop().run(layers[i], 8, 0, WARM_UP_SECONDS, () -> {});
    }
    Measured[] measured = new LayerRuns(stage.options(), this::cost).measure(1, layers);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      results.add(
          tell(
              new Result(
                  operation,
                  variants.get(i).name(),
                  measured[i],
                  measured[i].p50() / measured[0].p50())));
    }
    return results;
  }

  /** Of all servers together: the ones that are not asked have little to do. */
  private Cost cost() throws IOException {
    double seconds = 0;
    for (ServerProcess server : servers) {
      seconds += Processes.cpuSeconds(server.pid());
    }
    return new Cost(seconds, Processes.cpuSeconds(postmaster), 0);
  }

  private static String header(long call) {
    return "X-Api-Key: " + KEY.formatted("default-" + call % CALLERS) + "\r\n";
  }

  private ServerProcess start(int number, Map<String, String> settings)
      throws IOException, InterruptedException {
    Path state = stage.logs().resolve("access-" + number);
    ServerProcess server =
        ServerProcess.start(
            new ServerProcess.Launch(
                stage.options().serverCommand(),
                "api",
                stage.options().port() + 200 * number,
                stage.dataset().dimension(),
                state,
                stage.logs().resolve("server-access-" + number + ".log")),
            stage.database(),
            settings);
    servers.add(server);
    return server;
  }

  private static Map<String, String> checking() {
    Map<String, String> settings = new HashMap<>();
    settings.put("MEMORY_AUTH_MODE", "api_key");
    settings.put("RATE_LIMIT_ENABLED", "true");
    settings.put("TENANT_QUOTA_ENABLED", "true");
    settings.put("RATE_LIMIT_BYPASS_LOOPBACK", "false");
    for (String category : List.of("RECALL", "WRITE")) {
      settings.put(category + "_RATE_LIMIT_RPS", "100000");
      settings.put(category + "_RATE_LIMIT_BURST", "100000");
    }
    return settings;
  }

  private void seed() throws SQLException {
    try (Connection connection = stage.database().connect();
        Statement statement = connection.createStatement()) {
      for (String sql : TENANT_SQL) {
        statement.execute(sql);
      }
      statement.execute(
          keys(
              "tenant-' || t || '",
              "generate_series(1, "
                  + TENANTS
                  + ") t, generate_series(1, "
                  + KEYS_PER_TENANT
                  + ") n",
              "t || '-' || n"));
      statement.execute(
          keys("default", "generate_series(0, " + (CALLERS - 1) + ") n", "'default-' || n"));
      statement.execute("analyze control_tenants, control_api_keys, control_tenant_quotas");
    }
  }

  private static String keys(String tenant, String from, String number) {
    return """
    insert into control_api_keys (tenant_id, key_hash, key_prefix)
    select '%s', encode(sha256(('%s' || %s)::bytea), 'hex'), 'bench_' || %s from %s on conflict do nothing
    """
        .formatted(tenant, KEY.formatted(""), number, number, from);
  }

  private static Result tell(Result result) {
    System.out.printf(
        Locale.ROOT,
        "  %-6s %-28s p50 %.3f ms (x%.3f), p99 %.2f ms, processor %.3f ms server, %.3f ms database%n",
        result.operation(),
        result.checks(),
        result.service().p50(),
        result.ratio(),
        result.service().p99(),
        result.service().serverCpuMillis(),
        result.service().databaseCpuMillis());
    return result;
  }
}
