package io.perdura.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.perdura.client.model.FindRequest;
import io.perdura.client.model.TenantInput;
import io.perdura.client.model.WriteAnswer;
import io.perdura.client.model.WriteRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // the requests that were sent tell
class RetryTest {
  private static final String BUSY = "{\"error\":\"rate_limited_write\",\"message\":\"later\"}";

  private final FakeTransport transport = new FakeTransport();
  private final FakeTicker ticker = new FakeTicker();
  private final Perdura client =
      Perdura.builder()
          .baseUrl("http://perdura.test")
          .adminToken("admin")
          .transport(transport)
          .ticker(ticker)
          .chance(() -> 1.0)
          .build();

  @Test
  void backsOffLongerEachTimeUpToTwoSeconds() {
    for (int i = 0; i < 6; i++) {
      transport.answer(503, "{}");
    }
    CompletableFuture<Result<WriteAnswer>> coming = write().maxRetries(5).sendAsync();
    for (long pause : new long[] {200, 400, 800, 1600, 2000}) {
      assertThat(ticker.untilNext()).isEqualTo(Duration.ofMillis(pause));
      ticker.pass(ticker.untilNext());
    }
    ApiException failure = (ApiException) failure(coming);
    assertThat(failure.attempts()).isEqualTo(6);
    assertThat(failure.status()).isEqualTo(503);
    assertThat(failure.code()).isEqualTo("http_503");
  }

  @Test
  void thePauseIsAnyTimeUpToTheBackOff() {
    transport.answer(503, "{}");
    Perdura.builder()
        .transport(transport)
        .ticker(ticker)
        .chance(() -> 0.25)
        .build()
        .memory()
        .find(new FindRequest())
        .sendAsync();
    assertThat(ticker.untilNext()).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void everyAttemptCarriesTheSameKeyAndTheSameRequestId() {
    transport.answer(429, BUSY).fail(new IOException("reset")).answer(200, "{\"commit_id\":\"c\"}");
    CompletableFuture<Result<WriteAnswer>> coming = write().sendAsync();
    ticker.pass(Duration.ofSeconds(3));
    assertThat(coming.join().attempts()).isEqualTo(3);
    assertThat(coming.join().value().getCommitId()).isEqualTo("c");
    for (String name : new String[] {"idempotency-key", "x-request-id"}) {
      assertThat(
              transport.requests().stream()
                  .map(request -> request.headers().get(name))
                  .collect(Collectors.toSet()))
          .hasSize(1)
          .doesNotContainNull();
    }
    assertThat(coming.join().requestId())
        .isEqualTo(transport.requests().get(0).headers().get("x-request-id"));
  }

  @Test
  void waitsAsLongAsTheServerSays() {
    transport.answer(429, BUSY, "Retry-After", "7");
    CompletableFuture<Result<WriteAnswer>> coming = write().sendAsync();
    assertThat(ticker.untilNext()).isEqualTo(Duration.ofSeconds(7));
    ticker.pass(Duration.ofSeconds(7));
    assertThat(coming).isCompleted();
  }

  @Test
  void waitsUntilTheDateThatTheServerSays() {
    transport.answer(503, "{}", "retry-after", "Sat, 21 Nov 2026 12:00:05 GMT");
    write().sendAsync();
    assertThat(ticker.untilNext()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anUnreadableRetryAfterIsNone() {
    transport.answer(503, "{}", "retry-after", "soon").answer(503, "{}", "retry-after", "0");
    write().sendAsync();
    assertThat(ticker.untilNext()).isEqualTo(Duration.ofMillis(200));
    ticker.pass(Duration.ofMillis(200));
    assertThat(ticker.untilNext()).isEqualTo(Duration.ofMillis(400));
  }

  @Test
  void aRetryAfterBeyondTheMaximumIsReturnedAtOnce() {
    transport.answer(429, BUSY, "retry-after", "61");
    ApiException failure = (ApiException) failure(write().sendAsync());
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(61));
    assertThat(ticker.isIdle()).isTrue();
  }

  @Test
  void otherRefusalsAreNotRepeated() {
    for (int status : new int[] {400, 401, 403, 404, 409, 410, 413, 500, 501}) {
      transport.answer(status, "{\"error\":\"no\"}", "retry-after", "1");
      ApiException failure = (ApiException) failure(write().sendAsync());
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.attempts()).isEqualTo(1);
    }
  }

  @Test
  void aTimeOutIsRepeatedAndTheLateAnswerForgotten() {
    CompletableFuture<Transport.Response> late = transport.open();
    transport.answer(200, "{\"commit_id\":\"second\"}");
    CompletableFuture<Result<WriteAnswer>> coming =
        write().timeout(Duration.ofSeconds(1)).sendAsync();
    ticker.pass(Duration.ofSeconds(2));
    assertThat(late).isCancelled();
    assertThat(coming.join().value().getCommitId()).isEqualTo("second");
    assertThat(coming.join().attempts()).isEqualTo(2);
  }

  @Test
  void onlyTimeOutsAreATimeOut() {
    transport.open();
    CompletableFuture<Result<WriteAnswer>> coming = write().maxRetries(0).sendAsync();
    ticker.pass(Duration.ofMillis(9_999));
    assertThat(coming).isNotDone();
    ticker.pass(Duration.ofMillis(1));
    assertThat(failure(coming))
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("10000 ms");
  }

  @Test
  void anAnswerThatCannotBeReadIsAskedForAgain() {
    transport.answer(200, "{\"commit_id\":").answer(200, "").answer(200, "null");
    CompletableFuture<Result<WriteAnswer>> coming = write().sendAsync();
    ticker.pass(Duration.ofSeconds(2));
    PerduraException failure = (PerduraException) failure(coming);
    assertThat(failure).isInstanceOf(MalformedResponseException.class);
    assertThat(failure.attempts()).isEqualTo(3);
  }

  @Test
  void aChangeWithoutAKeyIsRepeatedOnlyWhenItWasSurelyNotDone() {
    assertRepeated(false, new IOException("reset"));
    assertRepeated(true, new ConnectException("refused"));
    assertRepeated(true, new HttpConnectTimeoutException("nobody"));
    assertStatusRepeated(false, 503, null);
    assertStatusRepeated(true, 503, "1");
    assertStatusRepeated(true, 429, "1");
    assertStatusRepeated(false, 502, "1");
    assertStatusRepeated(false, 504, "1");
    for (String code : new String[] {"database_unavailable", "audit_unavailable"}) {
      transport.answer(503, "{\"error\":\"" + code + "\"}", "retry-after", "1");
      assertSent(false, code);
    }
  }

  private void assertRepeated(boolean expected, IOException fault) {
    transport.fail(fault);
    assertSent(expected, fault.toString());
  }

  private void assertStatusRepeated(boolean expected, int status, String retryAfter) {
    if (retryAfter == null) {
      transport.answer(status, "{}");
    } else {
      transport.answer(status, "{}", "retry-after", retryAfter);
    }
    assertSent(expected, status + " " + retryAfter);
  }

  private void assertSent(boolean again, String what) {
    int before = transport.requests().size();
    CompletableFuture<?> coming =
        client.admin().tenants().put(new TenantInput().tenantId("t")).sendAsync();
    ticker.pass(Duration.ofSeconds(2));
    assertThat(transport.requests().size() - before).as(what).isEqualTo(again ? 2 : 1);
    assertThat(coming.isCompletedExceptionally()).as(what).isEqualTo(!again);
    assertThat(transport.requests().get(before).headers()).doesNotContainKey("idempotency-key");
  }

  @Test
  void cancelEndsTheAttemptThatIsUnderWay() {
    CompletableFuture<Transport.Response> open = transport.open();
    CompletableFuture<Result<WriteAnswer>> coming = write().sendAsync();
    coming.cancel(true);
    assertThat(open).isCancelled();
    ticker.pass(Duration.ofMinutes(1));
    assertThat(transport.requests()).hasSize(1);
    assertThat(ticker.isIdle()).isTrue();
  }

  @Test
  void cancelEndsTheWaitForTheNextAttempt() {
    transport.answer(429, BUSY, "retry-after", "30");
    CompletableFuture<Result<WriteAnswer>> coming = write().sendAsync();
    coming.cancel(true);
    ticker.pass(Duration.ofMinutes(1));
    assertThat(transport.requests()).hasSize(1);
  }

  @Test
  void anInterruptEndsAWaitingCall() throws Exception {
    CompletableFuture<Transport.Response> open = transport.open();
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> {
          Throwable thrown = catchThrowable(() -> write().get());
          seen.complete(Thread.currentThread().isInterrupted() ? thrown : null);
        });
    caller.start();
    caller.interrupt();
    assertThat(seen.get(10, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
    assertThat(open).isCancelled();
  }

  @Test
  void aTransportThatThrowsIsTheCallersOwnAffair() {
    Perdura broken =
        Perdura.builder()
            .ticker(ticker)
            .transport(request -> {
              throw new IllegalStateException("no");
            })
            .build();
    assertThat(failure(broken.memory().find(new FindRequest()).sendAsync()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
  }

  private Call<WriteAnswer> write() {
    return client.memory().write(new WriteRequest().inputText("x"));
  }

  private static Throwable failure(CompletableFuture<?> coming) {
    assertThat(coming).isCompletedExceptionally();
    Throwable thrown = catchThrowable(coming::join);
    return thrown instanceof CompletionException ? thrown.getCause() : thrown;
  }
}
