package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LocalProviderTest {
  /** A model that works only when it is given a permit, and says how many texts are in work. */
  private static final class SlowModel implements SentenceModel {
    final Semaphore permits = new Semaphore(0);
    final Semaphore entered = new Semaphore(0);
    final AtomicInteger working = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final AtomicBoolean closed = new AtomicBoolean();
    final List<String> texts = Collections.synchronizedList(new ArrayList<>());

    @Override
    public float[] embed(String text) {
      most.accumulateAndGet(working.incrementAndGet(), Math::max);
      entered.release();
      permits.acquireUninterruptibly();
      working.decrementAndGet();
      texts.add(text);
      if (text.equals("poison")) {
        throw EmbeddingFailure.unavailable(0, "broken", null);
      }
      return new float[LocalModel.DIMENSION];
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }

  private final SlowModel model = new SlowModel();

  private static CompletableFuture<List<float[]>> async(Supplier<List<float[]>> call) {
    CompletableFuture<List<float[]>> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(call.get());
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  @Test
  void queriesCarryThePrefixAndDocumentsDoNot() {
    model.permits.release(2);
    LocalProvider provider = new LocalProvider(() -> model, 1);

    provider.embedQueries(List.of("a"));
    provider.embedDocuments(List.of("a"));

    assertThat(model.texts)
        .containsExactly("Represent this sentence for searching relevant passages: a", "a");
  }

  @Test
  void documentsNeverTakeTheLastPlaceSoThatAQueryIsServedAtOnce() throws Exception {
    LocalProvider provider = new LocalProvider(() -> model, 2);
    var backlog =
        List.of(
            async(() -> provider.embedDocuments(List.of("d1"))),
            async(() -> provider.embedDocuments(List.of("d2"))),
            async(() -> provider.embedDocuments(List.of("d3"))));
    assertThat(model.entered.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    assertThat(model.entered.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();

    var query = async(() -> provider.embedQueries(List.of("q")));
    assertThat(model.entered.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    model.permits.release(4);

    assertThat(query.get(5, TimeUnit.SECONDS)).hasSize(1);
    for (var document : backlog) {
      document.get(5, TimeUnit.SECONDS);
    }
    assertThat(model.most).hasValue(2);
  }

  @Test
  void whoFindsAllPlacesTakenWaitsNoLongerThanItsDeadline() throws Exception {
    LocalProvider provider = new LocalProvider(() -> model, 1);
    var first = async(() -> provider.embedQueries(List.of("q1")));
    assertThat(model.entered.tryAcquire(5, TimeUnit.SECONDS)).isTrue();

    Deadline.Scope scope = Deadline.start(Duration.ofMillis(50));
    try {
      assertThatThrownBy(() -> provider.embedQueries(List.of("q2")))
          .isInstanceOfSatisfying(
              EmbeddingFailure.class,
              e -> {
                assertThat(e.kind()).isEqualTo(EmbeddingFailure.Kind.UNAVAILABLE);
                assertThat(e.isRetryable()).isTrue();
              });
    } finally {
      scope.close();
    }
    model.permits.release();
    first.get(5, TimeUnit.SECONDS);
  }

  @Test
  void whatWasEmbeddedBeforeAFailureIsKept() {
    model.permits.release(3);
    LocalProvider provider = new LocalProvider(() -> model, 1);

    List<EmbeddingResult> results = provider.tryDocuments(List.of("good", "poison", "later"));

    assertThat(results).extracting(r -> r.failure().isPresent()).containsExactly(false, true, true);
  }

  @Test
  void theModelIsLoadedInTheBackgroundAndCallersWaitForIt() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    model.permits.release();
    LocalProvider provider =
        new LocalProvider(
            () -> {
              loading.await();
              return model;
            },
            1);

    provider.startLoading();
    assertThat(provider.isLoaded()).isFalse();
    var call = async(() -> provider.embedQueries(List.of("q")));
    loading.countDown();

    assertThat(call.get(5, TimeUnit.SECONDS)).hasSize(1);
    assertThat(provider.isLoaded()).isTrue();
  }

  @Test
  void aModelThatCannotBeLoadedIsAnUnavailableProvider() {
    AtomicInteger loads = new AtomicInteger();
    LocalProvider provider =
        new LocalProvider(
            () -> {
              loads.incrementAndGet();
              throw new IOException("no room");
            },
            1);

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> provider.embedQueries(List.of("q")))
          .isInstanceOf(EmbeddingFailure.class)
          .hasMessageContaining("no room");
    }
    assertThat(provider.isLoaded()).isFalse();
    assertThat(loads).as("not tried again at once").hasValue(1);
  }

  @Test
  void closingFreesTheModel() {
    model.permits.release();
    LocalProvider provider = new LocalProvider(() -> model, 2);
    provider.embedQueries(List.of("q"));

    provider.close();

    assertThat(model.closed).isTrue();
  }

  @Test
  void theFactsOfTheModelAreThoseOfTheArtifact() {
    EmbeddingModel facts = new LocalProvider(() -> model, 1).model();

    assertThat(facts.name()).isEqualTo("local:bge-small-en-v1.5-q");
    assertThat(facts.dimension()).isEqualTo(384);
    assertThat(facts.sha256()).hasValue(LocalModel.SHA256);
    assertThat(facts.licence()).hasValue("MIT");
  }
}
