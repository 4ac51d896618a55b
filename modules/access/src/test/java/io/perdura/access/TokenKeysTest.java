package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TokenKeysTest {
  private static final Duration REFRESH = Duration.ofMinutes(5);
  private static final RSAKey OLD = Tokens.rsa("old");
  private static final RSAKey NEW = Tokens.rsa("new");

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger reads = new AtomicInteger();
  private volatile String served = Tokens.publicSet(OLD);

  private final TokenKeys keys = keys(this::read);

  @Test
  void keysAreReadAgainWhenTheyAreDue() {
    keys.tick();
    assertThat(knows("old")).isTrue();
    served = Tokens.publicSet(NEW);
    clock.pass(REFRESH.toMillis() - 1);
    keys.tick();
    assertThat(keys.current().find(JWSAlgorithm.RS256, "new")).isEmpty();
    clock.pass(1);
    keys.tick();
    assertThat(knows("new")).isTrue();
    assertThat(keys.current().find(JWSAlgorithm.RS256, "old")).isEmpty();
  }

  @Test
  void anUnknownKeyMakesThemBeReadAtOnce() {
    keys.tick();
    served = Tokens.publicSet(OLD, NEW);
    assertThat(knows("new")).isTrue();
    assertThat(reads).hasValue(2);
  }

  @Test
  void unknownKeysMakeTheAddressBeReadOnceInAWhile() {
    keys.tick();
    for (int i = 0; i < 1_000; i++) {
      assertThat(knows("made-up-" + i)).isFalse();
    }
    assertThat(reads).hasValue(2);
    clock.pass(TokenKeys.GAP.toMillis() - 1);
    assertThat(knows("made-up")).isFalse();
    assertThat(reads).hasValue(2);
    clock.pass(1);
    assertThat(knows("made-up")).isFalse();
    assertThat(reads).hasValue(3);
  }

  @Test
  void theLastGoodKeysStayWhileTheAddressIsAway() {
    keys.tick();
    served = null;
    clock.pass(REFRESH.toMillis());
    keys.tick();
    assertThat(knows("old")).isTrue();
    served = "<html>gateway</html>";
    clock.pass(TokenKeys.RETRY.toMillis());
    keys.tick();
    assertThat(knows("old")).isTrue();
    served = Tokens.publicSet(NEW);
    clock.pass(TokenKeys.RETRY.toMillis());
    keys.tick();
    assertThat(knows("new")).isTrue();
    assertThat(keys.secondsSinceRead()).isZero();
  }

  @Test
  void aSetThatIsEmptyOnPurposeTakesAllKeysAway() {
    keys.tick();
    served = "{\"keys\":[]}";
    clock.pass(REFRESH.toMillis());
    keys.tick();
    assertThat(keys.isLoaded()).isFalse();
  }

  @Test
  void configuredKeysStayBesideThoseThatAreRead() {
    TokenKeys both =
        new TokenKeys(
            TokenKeySet.parse(Tokens.publicSet(NEW)),
            this::read,
            REFRESH,
            Duration.ofSeconds(1),
            false,
            clock);
    assertThat(both.isLoaded()).isTrue();
    both.tick();
    assertThat(both.size()).isEqualTo(2);
  }

  @Test
  void anUnchangedSetIsTheSameSoThatVerifiedTokensStayKnown() {
    keys.tick();
    TokenKeySet first = keys.current();
    clock.pass(REFRESH.toMillis());
    keys.tick();
    assertThat(reads).hasValue(2);
    assertThat(keys.current()).isSameAs(first);
  }

  @Test
  @Timeout(20)
  void requestsThatMeetANewKeyTogetherReadItOnce() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    TokenKeys slow =
        keys(() -> {
          reads.incrementAndGet();
          entered.countDown();
          await(leave);
          return Tokens.publicSet(NEW);
        });
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(callers.submit(() -> !slow.find(JWSAlgorithm.RS256, "new").isEmpty()));
      }
      assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
      leave.countDown();
      for (Future<Boolean> answer : answers) {
        assertThat(answer.get(5, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(reads).hasValue(1);
  }

  @Test
  void anAddressIsReadInBoundedTimeAndSizeAndNeverRedirected() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService workers = Executors.newCachedThreadPool();
    server.setExecutor(workers);
    CountDownLatch over = new CountDownLatch(1);
    serve(server, "/good", 200, served);
    serve(server, "/huge", 200, " ".repeat(TokenKeyLocation.MOST_BYTES + 1));
    serve(server, "/gone", 503, served);
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("location", "/good");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext(
        "/drip",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          await(over);
          exchange.close();
        });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(location(base + "/good").read()).isEqualTo(served);
      assertThatThrownBy(() -> location(base + "/huge").read()).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> location(base + "/gone").read()).hasMessage("status 503");
      assertThatThrownBy(() -> location(base + "/moved").read()).hasMessage("status 302");
      long start = System.nanoTime();
      assertThatThrownBy(() -> location(base + "/drip").read()).isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    } finally {
      over.countDown();
      server.stop(0);
      workers.shutdownNow();
    }
  }

  @Test
  void aFileIsReadAgainToo(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("keys.pem");
    Files.writeString(file, Tokens.pem(OLD.toPublicKey()));
    TokenKeys fromFile = keys(location(file.toUri().toString())::read);
    fromFile.tick();
    TokenKeySet first = fromFile.current();
    Files.writeString(file, Tokens.pem(OLD.toPublicKey()) + Tokens.pem(NEW.toPublicKey()));
    clock.pass(REFRESH.toMillis());
    fromFile.tick();
    assertThat(fromFile.current()).isNotSameAs(first);
    assertThat(fromFile.size()).isEqualTo(2);
  }

  private static TokenKeyLocation location(String address) {
    return new TokenKeyLocation(address, Duration.ofMillis(700));
  }

  private static void serve(HttpServer server, String path, int status, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String read() throws IOException {
    reads.incrementAndGet();
    if (served == null) {
      throw new IOException("away");
    }
    return served;
  }

  private boolean knows(String kid) {
    return !keys.find(JWSAlgorithm.RS256, kid).isEmpty();
  }

  private TokenKeys keys(TokenKeys.Source source) {
    return new TokenKeys(TokenKeySet.EMPTY, source, REFRESH, Duration.ofSeconds(5), false, clock);
  }
}
