package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** A server ends in time even when something in it does not come to an end. */
class StopInTimeIT {
  /** The limit is 25 s (see StopLimitTest); service managers commonly wait a minute or more. */
  private static final Duration AT_MOST = Duration.ofSeconds(45);

  @Test
  void aServerWhoseProviderHangsForMinutesEndsInTime() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        SilentProvider provider = new SilentProvider();
        LibertyServer server =
            new LibertyServer("hangs", database.jdbcUrl(), database.user(), database.password())
                .with("EMBEDDING_PROVIDER", "openai")
                .with("OPENAI_API_KEY", "none")
                .with("OPENAI_BASE_URL", provider.address())
                .with("EMBEDDING_DIM", "8")
                .with("EMBED_HTTP_TIMEOUT_MS", "600000")
                .with("PERDURA_QUIESCE_TIMEOUT", "5m")
                .start()) {
      server
          .api()
          .post(
              "/v1/memory/write",
              "{\"input_text\":\"x\",\"nodes\":[{\"client_id\":\"a\",\"type\":\"event\",\"text_summary\":\"y\"}]}")
          .ok();
      Poll.until("the drain waits for the provider", AT_MOST, provider::isAsked);

      assertThat(server.endsWithin(AT_MOST)).as(server.logText()).isTrue();
    }
  }

  /** Takes every connection and never answers. */
  private static final class SilentProvider implements AutoCloseable {
    private final ServerSocket door;
    private final Set<Socket> askers = ConcurrentHashMap.newKeySet();

    SilentProvider() throws IOException {
      door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    String address() {
      return "http://127.0.0.1:" + door.getLocalPort() + "/v1";
    }

    boolean isAsked() {
      return !askers.isEmpty();
    }

    private void accept() {
      try {
        while (true) {
          askers.add(door.accept());
        }
      } catch (IOException e) {
        assertThat(door.isClosed()).as("closed by the test: " + e).isTrue();
      }
    }

    @Override
    public void close() throws IOException {
      door.close();
      for (Socket asker : askers) {
        asker.close();
      }
    }
  }
}
