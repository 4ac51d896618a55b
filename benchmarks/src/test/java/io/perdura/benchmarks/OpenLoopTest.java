package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private volatile Duration pause = Duration.ZERO;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Thread.sleep(pause);
            int status = calls.getAndIncrement() % 4 == 0 ? 429 : 200;
            exchange.sendResponseHeaders(status, -1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  @Test
  void everyAnswerIsCountedAsWhatItIs() throws Exception {
    OpenLoop.Result result = load().run(100, 0.2, 1);
    assertThat(calls).hasValue(120);
    assertThat(result.offered()).isEqualTo(100);
    assertThat(result.refused()).isCloseTo(0.25, within(0.02));
    assertThat(result.lost()).isZero();
    assertThat(result.goodput()).isBetween(30.0, 80.0);
  }

  @Test
  void callsDoNotWaitForEachOther() throws Exception {
    pause = Duration.ofMillis(300);
    OpenLoop.Result result = load().run(100, 0, 1);
    assertThat(calls).hasValue(100);
    assertThat(result.p50()).isBetween(290.0, 2_000.0);
  }

  private OpenLoop load() {
    return new OpenLoop(server.getAddress().getPort(), "/", i -> new byte[] {'1'});
  }
}
