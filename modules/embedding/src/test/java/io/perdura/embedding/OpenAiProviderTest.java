package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.perdura.embedding.EmbeddingFailure.Kind;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OpenAiProviderTest {
  private final Map<String, String> env = new HashMap<>();
  private HttpStub stub;
  private OpenAiProvider provider;

  @BeforeEach
  void startStub() throws IOException {
    stub = new HttpStub();
    env.put("EMBEDDING_PROVIDER", "openai");
    env.put("EMBEDDING_DIM", "3");
    env.put("OPENAI_API_KEY", "sk-1");
    env.put("OPENAI_BASE_URL", stub.url() + "/v1");
    env.put("EMBED_HTTP_BASE_DELAY_MS", "1");
    env.put("EMBED_HTTP_MAX_DELAY_MS", "2000");
  }

  @AfterEach
  void stopStub() {
    if (provider != null) {
      provider.close();
    }
    stub.close();
  }

  private OpenAiProvider provider() {
    return provider(AttemptGuard.OPEN);
  }

  private OpenAiProvider provider(AttemptGuard guard) {
    Settings settings = Settings.of(env);
    provider = new OpenAiProvider(settings, new HttpTransport(settings, guard));
    return provider;
  }

  /** Answers each text with [its length, its first character, 1], in reverse order. */
  private static void good(HttpExchange exchange, JsonNode body) throws IOException {
    ArrayNode data = Jsons.array();
    for (int i = body.path("input").size() - 1; i >= 0; i--) {
      String text = body.path("input").get(i).asText();
      ObjectNode item = data.addObject().put("object", "embedding").put("index", i);
      item.putArray("embedding").add(text.length()).add(text.codePointAt(0)).add(1.0);
    }
    HttpStub.send(exchange, 200, Jsons.text(Jsons.object().set("data", data)));
  }

  private static EmbeddingFailure failure(Runnable call) {
    return catchThrowableOfType(EmbeddingFailure.class, call::run);
  }

  @Test
  void textsGoOutAndVectorsComeBackInOrder() {
    stub.otherwise(OpenAiProviderTest::good);

    List<float[]> vectors = provider().embedDocuments(List.of("A", "BB"));

    assertThat(vectors).containsExactly(new float[] {1, 65, 1}, new float[] {2, 66, 1});
    HttpStub.Asked asked = stub.asked.getFirst();
    assertThat(asked.uri()).isEqualTo("/v1/embeddings");
    assertThat(asked.authorization()).isEqualTo("Bearer sk-1");
    assertThat(asked.contentType()).isEqualTo("application/json");
    assertThat(asked.body())
        .isEqualTo(Jsons.stored("{\"model\":\"text-embedding-3-small\",\"input\":[\"A\",\"BB\"]}"));
    assertThat(provider.name()).isEqualTo("openai:text-embedding-3-small");
  }

  @Test
  void aServerOfOnesOwnNeedsNoKey() {
    env.remove("OPENAI_API_KEY");
    stub.otherwise(OpenAiProviderTest::good);

    provider().embedQueries(List.of("A"));

    assertThat(stub.asked.getFirst().authorization()).isNull();
  }

  @Test
  void manyTextsGoOutInChunksOneAfterTheOther() {
    env.put("OPENAI_EMBED_BATCH_SIZE", "2");
    stub.otherwise(OpenAiProviderTest::good);

    assertThat(provider().embedDocuments(List.of("A", "B", "C", "D", "E"))).hasSize(5);

    assertThat(stub.asked)
        .extracting(asked -> asked.body().path("input").size())
        .containsExactly(2, 2, 1);
  }

  @Test
  void throttlingIsRetriedAfterTheTimeThatTheProviderNames() {
    stub.next(HttpStub.throttled("retry-after-ms", "150")).otherwise(OpenAiProviderTest::good);
    long started = System.nanoTime();

    provider().embedQueries(List.of("A"));

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(149));
    assertThat(stub.asked).hasSize(2);
  }

  @Test
  void aLongerRetryAfterThanTheLongestPauseIsHandedToTheCaller() {
    stub.otherwise(HttpStub.throttled("retry-after", "17"));

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure.providerStatus()).hasValue(429);
    assertThat(failure.isRetryable()).isTrue();
    assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(17));
    assertThat(stub.asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503})
  void anOutageIsRetriedAndThenReported(int status) {
    stub.otherwise(HttpStub.status(status, "oops"));

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.providerStatus()).hasValue(status);
    assertThat(failure.isRetryable()).isTrue();
    assertThat(stub.asked).hasSize(3);
  }

  @Test
  void aBrokenConnectionIsRetried() {
    stub.next(HttpStub.brokenOff()).otherwise(OpenAiProviderTest::good);

    assertThat(provider().embedQueries(List.of("A"))).hasSize(1);
  }

  @Test
  void aClosedPortIsAnUnavailableProviderWithoutStatus() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      env.put("OPENAI_BASE_URL", "http://127.0.0.1:" + taken.getLocalPort());
    }

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.providerStatus()).isEmpty();
  }

  @Test
  void anAttemptThatTakesTooLongIsGivenUpAndRetried() {
    env.put("EMBED_HTTP_TIMEOUT_MS", "1000");
    stub.next(HttpStub.slow(3000, OpenAiProviderTest::good)).otherwise(OpenAiProviderTest::good);

    assertThat(provider().embedQueries(List.of("A"))).hasSize(1);
    assertThat(stub.asked).hasSize(2);
  }

  @Test
  void aBodyThatDripsIsGivenUpToo() {
    env.put("EMBED_HTTP_TIMEOUT_MS", "300");
    env.put("EMBED_HTTP_MAX_RETRIES", "0");
    stub.otherwise((exchange, body) -> {
      exchange.sendResponseHeaders(200, 1000);
      for (int i = 0; i < 50; i++) {
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        Thread.sleep(50);
      }
    });

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("300 ms");
  }

  @Test
  void theCallersDeadlineEndsTheWaitAndTheRetries() {
    stub.otherwise(HttpStub.slow(3000, OpenAiProviderTest::good));
    long started = System.nanoTime();
    Deadline.Scope scope = Deadline.start(Duration.ofMillis(200));
    try {
      assertThat(failure(() -> provider().embedQueries(List.of("A"))).kind())
          .isEqualTo(Kind.UNAVAILABLE);
    } finally {
      scope.close();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
    assertThat(stub.asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 413, 422})
  void aRefusedRequestIsNotRepeated(int status) {
    stub.otherwise(HttpStub.status(status, "{\"error\":\"no\"}"));

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
    assertThat(failure.providerStatus()).hasValue(status);
    assertThat(failure.isRetryable())
        .as("only what blames the text itself is final")
        .isEqualTo(status != 400 && status != 413 && status != 422);
    assertThat(stub.asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>gateway</html>",
        "",
        "[]",
        "{}",
        "{\"data\":[]}",
        "{\"data\":[{\"index\":0}]}",
        "{\"data\":[{\"index\":5,\"embedding\":[1,2,3]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,2,\"NaN\"]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,2,1e300]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[0,0,0]}]}"
      })
  void anAnswerThatMakesNoSenseIsABadResponse(String answer) {
    stub.otherwise(HttpStub.status(200, answer));

    EmbeddingFailure failure = failure(() -> provider().embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
    assertThat(failure.providerStatus()).isEmpty();
    assertThat(stub.asked).hasSize(1);
  }

  @Test
  void aShortListFailsAllBecauseNobodyKnowsWhichIsMissing() {
    stub.otherwise(HttpStub.status(200, "{\"data\":[{\"index\":0,\"embedding\":[1,2,3]}]}"));

    EmbeddingFailure failure = failure(() -> provider().embedDocuments(List.of("A", "B")));

    assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
    assertThat(failure.partial().orElseThrow()).containsOnlyNulls();
  }

  @Test
  void oneVectorOfTheWrongLengthDoesNotSpoilTheOthers() {
    stub.otherwise(
        HttpStub.status(
            200,
            "{\"data\":[{\"index\":0,\"embedding\":[1,2,3]},{\"index\":1,\"embedding\":[1]}]}"));

    List<EmbeddingResult> results = provider().tryDocuments(List.of("A", "B"));

    assertThat(results.get(0).vector()).containsExactly(1, 2, 3);
    EmbeddingFailure failure = results.get(1).failure().orElseThrow();
    assertThat(failure.kind()).isEqualTo(Kind.WRONG_DIMENSION);
    assertThat(failure.isRetryable()).isFalse();
  }

  @Test
  void aTextThatTheProviderRefusesIsSingledOut() {
    stub.otherwise((exchange, body) -> {
      for (JsonNode text : body.path("input")) {
        if (text.asText().equals("poison")) {
          HttpStub.send(exchange, 400, "{\"error\":\"content\"}");
          return;
        }
      }
      good(exchange, body);
    });

    List<EmbeddingResult> results =
        provider().tryDocuments(List.of("A", "B", "C", "poison", "E", "F", "G", "H"));

    assertThat(results)
        .extracting(result -> result.failure().isPresent())
        .containsExactly(false, false, false, true, false, false, false, false);
  }

  @Test
  void aProviderThatRefusesEverythingIsNotAskedForEachTextAlone() {
    stub.otherwise(HttpStub.status(400, "{\"error\":\"model\"}"));

    provider().tryDocuments(Collections.nCopies(32, "A"));

    assertThat(stub.asked).hasSizeLessThanOrEqualTo(1 + 4 * 6);
  }

  @Test
  void whatAnEarlierChunkBroughtIsKeptWhenALaterOneFails() {
    env.put("OPENAI_EMBED_BATCH_SIZE", "1");
    env.put("EMBED_HTTP_MAX_RETRIES", "0");
    stub.next(OpenAiProviderTest::good).otherwise(HttpStub.status(503, ""));

    List<EmbeddingResult> results = provider().tryDocuments(List.of("A", "B", "C"));

    assertThat(results)
        .extracting(result -> result.failure().isPresent())
        .containsExactly(false, true, true);
    assertThat(stub.asked).as("the third is not even tried").hasSize(2);
  }

  @Test
  void noMoreCallsThanConfiguredAreUnderWayAtOnce() {
    env.put("EMBED_HTTP_MAX_CONCURRENCY", "2");
    AtomicInteger working = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    stub.otherwise((exchange, body) -> {
      most.accumulateAndGet(working.incrementAndGet(), Math::max);
      Thread.sleep(50);
      working.decrementAndGet();
      good(exchange, body);
    });
    provider();

    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        pool.execute(() -> provider.embedQueries(List.of("A")));
      }
    }
    assertThat(stub.asked).hasSize(6);
    assertThat(most).hasValue(2);
  }

  @Test
  void onlyOutagesReachTheCircuitBreaker() {
    AtomicInteger outages = new AtomicInteger();
    stub.next(HttpStub.status(503, ""))
        .next(HttpStub.throttled("retry-after", "0"))
        .otherwise(HttpStub.status(404, ""));

    failure(() ->
        provider(
                attempt -> {
                  try {
                    return attempt.call();
                  } catch (ProviderOutage e) {
                    outages.incrementAndGet();
                    throw e;
                  }
                })
            .embedQueries(List.of("A")));

    assertThat(stub.asked).hasSize(3);
    assertThat(outages).hasValue(1);
  }

  @Test
  void anOpenCircuitFailsAtOnceAndIsSeen() {
    WatchedGuard circuit =
        new WatchedGuard(attempt -> {
          throw new CircuitBreakerOpenException();
        });

    EmbeddingFailure failure = failure(() -> provider(circuit).embedQueries(List.of("A")));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.isRetryable()).isTrue();
    assertThat(stub.asked).isEmpty();
    assertThat(circuit.isRefusing()).isTrue();
  }
}
