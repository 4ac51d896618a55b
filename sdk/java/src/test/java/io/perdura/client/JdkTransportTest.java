package io.perdura.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.perdura.client.model.FindRequest;
import io.perdura.client.model.TenantInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Over real connections. */
class JdkTransportTest {
  @Test
  void carriesARequestAndItsAnswer() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.createContext(
        "/v1/memory/find",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          String told =
              "{\"tenant_id\":\""
                  + exchange.getRequestHeaders().getFirst("X-Tenant-Id")
                  + "\",\"scope\":\""
                  + body.length
                  + " "
                  + exchange.getProtocol()
                  + "\"}";
          byte[] answer = told.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("X-Request-Id", "from-the-server");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      Perdura client =
          Perdura.builder()
              .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
              .tenantId("acme")
              .build();
      Result<io.perdura.client.model.FindAnswer> result =
          client.memory().find(new FindRequest()).send();
      assertThat(result.value().getTenantId()).isEqualTo("acme");
      assertThat(result.value().getScope()).isEqualTo("2 HTTP/1.1");
      assertThat(result.requestId()).isEqualTo("from-the-server");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aRefusedConnectionIsRepeatedEvenForAChangeWithoutAKey() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Perdura client =
        Perdura.builder().baseUrl("http://127.0.0.1:" + port).chance(() -> 0.01).build();
    assertThatThrownBy(() -> client.admin().tenants().put(new TenantInput().tenantId("t")).get())
        .isInstanceOfSatisfying(
            NetworkException.class, error -> assertThat(error.attempts()).isEqualTo(3));
  }

  @Test
  void theTimeCoversTheBody() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().flush();
          try {
            over.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          try {
            exchange.close();
          } catch (RuntimeException e) {
            throw new IOException(e);
          }
        });
    server.start();
    try {
      Perdura client =
          Perdura.builder()
              .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
              .timeout(Duration.ofMillis(300))
              .maxRetries(0)
              .build();
      assertThatThrownBy(() -> client.memory().find(new FindRequest()).get())
          .isInstanceOf(CallTimeoutException.class);
    } finally {
      over.countDown();
      server.stop(0);
    }
  }
}
