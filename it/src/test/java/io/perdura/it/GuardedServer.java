package io.perdura.it;

import com.sun.net.httpserver.HttpServer;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * One running server for all tests of a JVM that need credentials: static keys, managed keys and
 * tokens, with an identity provider beside it.
 */
final class GuardedServer {
  /** The victim of tenant acme, its colleagues, and the same names in another tenant. */
  static final String PLANNER = "planner-key-0123456789";

  static final String CODER = "coder-key-0123456789";
  static final String WIDE = "wide-key-0123456789";
  static final String OTHER = "other-key-0123456789";

  private static GuardedServer instance;

  private final TestDatabase database;
  private final LibertyServer server;
  private final HttpServer provider;
  private volatile String keys = "{\"keys\":[]}";

  private GuardedServer() {
    provider = provider();
    database = TestDatabase.fresh();
    server =
        new LibertyServer("guarded", database.jdbcUrl(), database.user(), database.password())
            .with("MEMORY_AUTH_MODE", "api_key_or_jwt")
            .with("MEMORY_API_KEYS_JSON", staticKeys())
            .with("MEMORY_JWT_HS256_SECRET", Jwt.SECRET)
            .with(
                "PERDURA_JWT_KEYS_LOCATION",
                "http://127.0.0.1:" + provider.getAddress().getPort() + "/jwks")
            .with("PERDURA_JWT_KEYS_REFRESH_S", "1")
            .with("PERDURA_JWT_ISSUER", Jwt.ISSUER)
            .with("PERDURA_JWT_AUDIENCE", Jwt.AUDIENCE)
            // Tests count the rows of refused calls: none is to be held back.
            .with("PERDURA_AUDIT_ANONYMOUS_PER_MINUTE", "1000000")
            .with("PERDURA_SLOW_REQUEST_MS", "0");
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (server.isAlive()) {
                    server.kill();
                  }
                },
                "stop-guarded-server"));
    server.start();
  }

  static synchronized GuardedServer get() {
    if (instance == null) {
      instance = new GuardedServer();
    }
    return instance;
  }

  Api api() {
    return server.api();
  }

  LibertyServer server() {
    return server;
  }

  TestDatabase database() {
    return database;
  }

  /** What the identity provider publishes from now on; null = it is away. */
  void publish(String set) {
    keys = set;
  }

  private static String staticKeys() {
    return "{'%s':{'tenant_id':'acme','agent_id':'planner','team_id':'ops'},'%s':{'tenant_id':'acme','agent_id':'coder','team_id':'dev'},'%s':{'tenant_id':'acme'},'%s':{'tenant_id':'globex','agent_id':'planner','team_id':'ops'}}"
        .formatted(PLANNER, CODER, WIDE, OTHER)
        .replace('\'', '"');
  }

  private HttpServer provider() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      made.createContext(
          "/jwks",
          exchange -> {
            String set = keys;
            byte[] body = (set == null ? "away" : set).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(set == null ? 503 : 200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      made.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
