package io.perdura.sdk.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
  private static final String ANSWER = "{\"stored\":true,\"text\":\"grün\"}";

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger served = new AtomicInteger();
  private volatile String received;
  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void startBoth() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext(
        "/",
        exchange -> {
          received = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("content-type", "application/json");
          exchange.getResponseHeaders().set("x-request-id", "r-1");
          // 0 makes the server send chunks, as Liberty does for long answers.
          exchange.sendResponseHeaders(
              200, exchange.getRequestURI().getQuery() == null ? answer.length : 0);
          // Before the answer: who has that may look at once.
          served.incrementAndGet();
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    proxy = new FaultProxy(0, URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stopBoth() throws IOException {
    proxy.close();
    server.stop(0);
  }

  @Test
  void passesOnWhatNoFaultStrikes() throws Exception {
    fault("{\"path\":\"/other\",\"fault\":\"status\",\"status\":500}");
    HttpResponse<String> answer = post("/write", "{\"input\":\"süß\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(ANSWER);
    assertThat(answer.headers().firstValue("x-request-id")).contains("r-1");
    assertThat(received).isEqualTo("{\"input\":\"süß\"}");
  }

  @Test
  void passesOnAnAnswerInChunks() throws Exception {
    assertThat(post("/write?chunked=1", "{}").body()).isEqualTo(ANSWER);
  }

  @Test
  void answersAStatusWithoutAskingTheServerAsOftenAsTold() throws Exception {
    fault(
        "{\"path\":\"/write\",\"times\":2,\"fault\":\"status\",\"status\":429,"
            + "\"headers\":{\"retry-after\":\"1\"},\"body\":{\"error\":\"busy\"}}");
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> refused = post("/write", "{}");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      assertThat(refused.body()).isEqualTo("{\"error\":\"busy\"}");
    }
    assertThat(served).hasValue(0);
    assertThat(post("/write", "{}").statusCode()).isEqualTo(200);
  }

  @Test
  void aFaultOfAMethodStrikesThatMethodAlone() throws Exception {
    fault("{\"path\":\"/write\",\"method\":\"GET\",\"fault\":\"status\",\"status\":503}");
    assertThat(post("/write", "{}").statusCode()).isEqualTo(200);
    assertThat(get("/write?a=b").statusCode()).isEqualTo(503);
  }

  @Test
  void writesADateThatIsSecondsAhead() throws Exception {
    fault(
        "{\"path\":\"/write\",\"fault\":\"status\",\"status\":429,"
            + "\"headers\":{\"retry-after\":\"{{http_date+30s}}\"}}");
    String date = post("/write", "{}").headers().firstValue("retry-after").orElseThrow();
    ZonedDateTime then = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
    assertThat(Duration.between(ZonedDateTime.now(then.getZone()), then).toSeconds())
        .isBetween(20L, 30L);
  }

  @Test
  void dropsBeforeTheServerIsAsked() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"drop_before\"}");
    assertThatThrownBy(() -> post("/write", "{}")).isInstanceOf(IOException.class);
    assertThat(served).hasValue(0);
    assertThat(log().get(0)).containsEntry("forwarded", false).containsEntry("status", null);
  }

  @Test
  void dropsAfterTheServerHasAnswered() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"drop_after_send\"}");
    assertThatThrownBy(() -> post("/write", "{}")).isInstanceOf(IOException.class);
    assertThat(served).hasValue(1);
    assertThat(log().get(0)).containsEntry("forwarded", true).containsEntry("status", 200L);
  }

  @Test
  void holdsBackTheBodyAndNotTheHeaders() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"slow_body\",\"total_ms\":600}");
    long began = System.nanoTime();
    HttpResponse<java.io.InputStream> answer =
        client.send(request("/write", "{}"), HttpResponse.BodyHandlers.ofInputStream());
    long headers = millisSince(began);
    try (java.io.InputStream body = answer.body()) {
      assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(ANSWER);
    }
    assertThat(millisSince(began)).isGreaterThanOrEqualTo(590);
    assertThat(headers).isLessThan(590);
  }

  @Test
  void holdsBackTheWholeAnswer() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"slow_answer\",\"total_ms\":600}");
    long began = System.nanoTime();
    assertThat(post("/write", "{}").body()).isEqualTo(ANSWER);
    assertThat(millisSince(began)).isGreaterThanOrEqualTo(590);
    assertThat(served).hasValue(1);
  }

  @Test
  void cutsTheBodyInHalf() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"malformed_body\"}");
    HttpResponse<String> answer = post("/write", "{}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(ANSWER).startsWith(answer.body()).isNotEqualTo(answer.body());
    assertThat(served).hasValue(1);
  }

  @Test
  void logsEachRequestUntilItIsToldToForget() throws Exception {
    fault("{\"path\":\"/write\",\"fault\":\"status\",\"status\":503}");
    post("/write", "{}");
    get("/find?limit=2");
    List<Map<String, Object>> log = log();
    assertThat(log).hasSize(2);
    assertThat(log.get(0))
        .containsEntry("method", "POST")
        .containsEntry("path", "/write")
        .containsEntry("fault", "status")
        .containsEntry("forwarded", false)
        .containsEntry("status", 503L);
    assertThat(log.get(1))
        .containsEntry("method", "GET")
        .containsEntry("path", "/find")
        .containsEntry("target", "/find?limit=2")
        .containsEntry("fault", null)
        .containsEntry("forwarded", true)
        .containsEntry("status", 200L);
    assertThat(((Map<?, ?>) log.get(0).get("headers")).get("idempotency-key")).isEqualTo("k-1");

    fault("{\"path\":\"/write\",\"times\":9,\"fault\":\"status\",\"status\":503}");
    client.send(
        HttpRequest.newBuilder(proxy.url().resolve("/__faults")).DELETE().build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(log()).isEmpty();
    assertThat(post("/write", "{}").statusCode()).isEqualTo(200);
  }

  @Test
  void refusesFaultsThatItDoesNotKnow() throws Exception {
    for (String wrong :
        List.of(
            "[{\"path\":\"/x\",\"fault\":\"fire\"}]",
            "[{\"fault\":\"status\"}]",
            "{}",
            "[1]",
            "no")) {
      assertThat(post("/__faults", wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void tellsWhenThereIsNoServer() throws Exception {
    server.stop(0);
    assertThat(post("/write", "{}").statusCode()).isEqualTo(502);
  }

  private void fault(String fault) throws Exception {
    assertThat(post("/__faults", "[" + fault + "]").statusCode()).isEqualTo(200);
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> log() throws Exception {
    return (List<Map<String, Object>>) Json.read(get("/__log").body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(proxy.url().resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path, String body) {
    return HttpRequest.newBuilder(proxy.url().resolve(path))
        .header("content-type", "application/json")
        .header("Idempotency-Key", "k-1")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
