package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutboundClientTest {
  private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(16);
  private ServerSocket receiver;
  private volatile String answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokrest";

  @BeforeEach
  void listen() throws IOException {
    receiver = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    receiver.close();
  }

  private void serve() {
    while (!receiver.isClosed()) {
      try (Socket socket = receiver.accept()) {
        byte[] buffer = new byte[65_536];
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        int n;
        while (!text.toString().endsWith("}") && (n = in.read(buffer)) > 0) {
          text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
        heard.add(text.toString());
        if (answer != null) {
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        } else {
          in.read();
        }
      } catch (IOException e) {
        if (!receiver.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private String origin() {
    return "http://receiver.test:" + receiver.getLocalPort();
  }

  private OutboundClient client(String allowed, Outbound.Resolver resolver, int timeoutMs) {
    Settings settings =
        Settings.of(
            Map.of(
                "PERDURA_OUTBOUND_ALLOW",
                allowed,
                "PERDURA_OUTBOUND_TIMEOUT_MS",
                Integer.toString(timeoutMs)));
    return new OutboundClient(new Outbound(settings, resolver), settings);
  }

  private OutboundClient client() {
    return client(origin(), host -> new InetAddress[] {InetAddress.getLoopbackAddress()}, 5_000);
  }

  private OutboundClient.Answer post(OutboundClient client, String path) throws Exception {
    return client.post(
        WebUrl.parse(origin() + path).orElseThrow(), Map.of("x-team", "ops"), "{\"a\":\"ü\"}");
  }

  @Test
  void aRequestCarriesHostHeadersAndBody() throws Exception {
    assertThat(post(client(), "/in?x=1#f")).isEqualTo(new OutboundClient.Answer(200, "ok"));
    assertThat(heard.poll(5, TimeUnit.SECONDS))
        .startsWith(
            "POST /in?x=1 HTTP/1.1\r\nhost: receiver.test:" + receiver.getLocalPort() + "\r\n")
        .contains("\r\nx-team: ops\r\n", "\r\ncontent-length: 10\r\n", "\r\nconnection: close\r\n")
        .endsWith("\r\n\r\n{\"a\":\"ü\"}");
  }

  @Test
  void aRedirectIsAnAnswerAndNotFollowed() throws Exception {
    answer = "HTTP/1.1 302 Found\r\nlocation: " + origin() + "/other\r\ncontent-length: 0\r\n\r\n";
    assertThat(post(client(), "/").status()).isEqualTo(302);
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void bodiesInChunksAndInterimAnswersAreUnderstood() throws Exception {
    answer =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assertThat(post(client(), "/")).isEqualTo(new OutboundClient.Answer(500, "abcde"));
  }

  @Test
  void onlyTheBeginningOfALongAnswerIsKept() throws Exception {
    answer = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(500_000);
    assertThat(post(client(), "/").body()).hasSize(OutboundClient.KEPT);
  }

  @Test
  void whatIsNoHttpFails() {
    answer = "SSH-2.0-OpenSSH_9.0\r\n";
    assertThatThrownBy(() -> post(client(), "/")).isInstanceOf(IOException.class);
  }

  @Test
  void aReceiverThatStaysSilentCostsNoMoreThanTheLimit() {
    answer = null;
    OutboundClient impatient =
        client(origin(), host -> new InetAddress[] {InetAddress.getLoopbackAddress()}, 300);
    long start = System.nanoTime();
    assertThatThrownBy(() -> post(impatient, "/")).hasMessageContaining("in time");
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(250L, 5_000L);
  }

  @Test
  void aNameIsResolvedOnceForEachRequest() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    OutboundClient client =
        client(
            origin(),
            host -> {
              asked.incrementAndGet();
              return new InetAddress[] {InetAddress.getLoopbackAddress()};
            },
            5_000);
    post(client, "/");
    assertThat(asked).hasValue(1);
  }

  @Test
  void aNameThatTurnedInsideIsNotConnectedTo() throws Exception {
    OutboundClient strict =
        client("", host -> new InetAddress[] {InetAddress.getLoopbackAddress()}, 1_000);
    WebUrl url =
        WebUrl.parse("https://was-public.example:" + receiver.getLocalPort() + "/").orElseThrow();
    assertThatThrownBy(() -> strict.post(url, Map.of(), "{}"))
        .isInstanceOf(Outbound.RefusedException.class);
    assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void httpsNeedsACertificateOfTheName() throws Exception {
    answer = "HTTP/1.1 200 OK\r\n\r\n";
    OutboundClient client =
        client(
            "https://receiver.test:" + receiver.getLocalPort(),
            host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
            2_000);
    WebUrl url =
        WebUrl.parse("https://receiver.test:" + receiver.getLocalPort() + "/").orElseThrow();
    assertThatThrownBy(() -> client.post(url, Map.of(), "{}")).isInstanceOf(IOException.class);
    assertThat(heard.peek())
        .as("nothing was sent in clear")
        .satisfiesAnyOf(
            text -> assertThat(text).isNull(), text -> assertThat(text).doesNotContain("POST"));
  }
}
