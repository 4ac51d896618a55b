package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Failure is the normal case: the database comes late, goes away, or the server is killed. */
@SuppressWarnings("AddressSelection") // the relay knows one address: loopback
class FailureIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void serverStartsWithoutItsDatabaseAndBecomesReadyWhenItComes() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        Relay relay = new Relay(database.host(), database.port());
        LibertyServer server = server("late", database, relay)) {
      relay.shut();
      server.launch();
      Api api = server.api();
      Poll.until("the process is live", PATIENCE, () -> api.status("/health/live") == 200);

      assertThat(api.status("/health/ready")).isEqualTo(503);
      assertThat(api.status("/lb-check")).isEqualTo(200);
      assertThat(api.get("/health").status()).isEqualTo(200);

      relay.open();
      server.awaitReady(PATIENCE);
      assertThat(api.post("/v1/memory/write", "{\"input_text\":\"x\"}").status()).isEqualTo(200);
    }
  }

  @Test
  void outageAnswers503WithRetryAfterKeepsTheBalancerAndHealsByItself() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        Relay relay = new Relay(database.host(), database.port());
        LibertyServer server =
            server("outage", database, relay).with("PERDURA_REQUEST_TIMEOUT_MS", "1500").start()) {
      Api api = server.api();
      api.post("/v1/memory/write", "{\"input_text\":\"before\"}").ok();

      relay.shut();
      Api.Answer refused = api.post("/v1/memory/write", "{\"input_text\":\"during\"}");
      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.header("retry-after")).isNotNull();
      assertThat(refused.json().get("error").textValue()).isEqualTo("database_unavailable");
      assertThat(api.status("/lb-check")).isEqualTo(200);
      assertThat(api.status("/health/live")).isEqualTo(200);
      Poll.until(
          "readiness notices", Duration.ofSeconds(40), () -> api.status("/health/ready") == 503);
      assertThat(api.status("/lb-check")).isEqualTo(200);

      relay.open();
      Poll.until(
          "writes work again",
          PATIENCE,
          () -> api.post("/v1/memory/write", "{\"input_text\":\"after\"}").status() == 200);
      Poll.until("it is ready again", PATIENCE, () -> api.status("/health/ready") == 200);
    }
  }

  @Test
  void acknowledgedWritesSurviveAKillAndAreRecalledCold() throws Exception {
    String scope = "kill-" + UUID.randomUUID();
    try (TestDatabase database = TestDatabase.fresh();
        Relay relay = new Relay(database.host(), database.port());
        LibertyServer server = server("kill", database, relay).start()) {
      for (int i = 0; i < 50; i++) {
        server
            .api()
            .post(
                "/v1/memory/write",
                "{\"scope\":\""
                    + scope
                    + "\",\"input_text\":\"n"
                    + i
                    + "\",\"memory_lane\":\"shared\",\"nodes\":["
                    + "{\"client_id\":\"n"
                    + i
                    + "\",\"type\":\"event\",\"text_summary\":\"fact number n"
                    + i
                    + "\"}]}")
            .ok();
      }
      server.kill();
      server.start();

      JsonNode found =
          server
              .api()
              .post("/v1/memory/find", "{\"scope\":\"" + scope + "\",\"limit\":200}")
              .ok()
              .get("nodes");
      assertThat(found).hasSize(50);
      Poll.until(
          "every node is embedded and recalled first",
          PATIENCE,
          () -> {
            for (int i = 0; i < 50; i += 7) {
              JsonNode seeds =
                  server
                      .api()
                      .post(
                          "/v1/memory/recall_text",
                          "{\"scope\":\"" + scope + "\",\"query_text\":\"fact number n" + i + "\"}")
                      .ok()
                      .get("seeds");
              if (seeds.isEmpty()
                  || !seeds.at("/0/text_summary").textValue().equals("fact number n" + i)) {
                return false;
              }
            }
            return true;
          });
    }
  }

  @Test
  void faultySettingsAreAllNamedAndTheServerDoesNotServe() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        Relay relay = new Relay(database.host(), database.port());
        LibertyServer server =
            server("faulty", database, relay)
                .with("MAX_TEXT_LEN", "many")
                .with("PII_REDACTION", "perhaps")
                .with("RATE_LIMIT_BYPASS_LOOPBACK", "false")
                .launch()) {
      Poll.until(
          "both faults are in the log",
          PATIENCE,
          () ->
              server.logText().contains("MAX_TEXT_LEN: ")
                  && server.logText().contains("PII_REDACTION: "));
      assertThat(server.awaitExit(PATIENCE)).isNotZero();
    }
  }

  @Test
  void stoppingTakesAtMostHalfAMinuteWhenTheDatabaseIsGone() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        Relay relay = new Relay(database.host(), database.port());
        LibertyServer server = server("stop", database, relay).start()) {
      server.api().post("/v1/memory/write", "{\"input_text\":\"x\"}").ok();
      relay.shut();

      assertThat(server.endsWithin(Duration.ofSeconds(30))).as(server.logText()).isTrue();
    }
  }

  private static LibertyServer server(String name, TestDatabase database, Relay relay) {
    String url = database.jdbcUrl().replace(":" + database.port() + "/", ":" + relay.port() + "/");
    return new LibertyServer(name, url, database.user(), database.password());
  }

  /**
   * A TCP relay to the database that can be shut: then connections break and new ones are refused
   * at once.
   */
  private static final class Relay implements AutoCloseable {
    private final String host;
    private final int target;
    private final int port;
    private volatile ServerSocket door;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    Relay(String host, int target) throws IOException {
      this.host = host;
      this.target = target;
      try (ServerSocket probe = new ServerSocket(0)) {
        this.port = probe.getLocalPort();
      }
      open();
    }

    int port() {
      return port;
    }

    void open() throws IOException {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress("127.0.0.1", port));
      door = opened;
      Thread.ofVirtual().start(() -> accept(opened));
    }

    void shut() throws IOException {
      door.close();
      sockets.forEach(Relay::hangUp);
      sockets.clear();
    }

    @Override
    public void close() throws IOException {
      shut();
    }

    private void accept(ServerSocket opened) {
      while (!opened.isClosed()) {
        try {
          Socket client = opened.accept();
          Socket server = new Socket(host, target);
          sockets.add(client);
          sockets.add(server);
          Thread.ofVirtual().start(() -> pump(client, server));
          Thread.ofVirtual().start(() -> pump(server, client));
        } catch (IOException e) {
          if (!opened.isClosed()) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }

    private static void pump(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        hangUp(from);
      } finally {
        hangUp(to);
      }
    }

    private static void hangUp(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
