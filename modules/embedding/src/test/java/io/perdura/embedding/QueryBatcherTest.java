package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.kernel.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QueryBatcherTest {
  private final GatedProvider provider = GatedProvider.closed();

  private static BatchLimits limits(
      int size, int waitMillis, int inflight, int queue, int timeoutMillis) {
    return new BatchLimits(
        size, Duration.ofMillis(waitMillis), inflight, queue, Duration.ofMillis(timeoutMillis));
  }

  private static CompletableFuture<float[]> ask(QueryBatcher batcher, String text) {
    CompletableFuture<float[]> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(batcher.embed(text));
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** Starts a caller whose answer does not matter. */
  private static void send(QueryBatcher batcher, String text) {
    var unused = ask(batcher, text);
  }

  /** Starts callers one by one so that their order in the queue is known. */
  private static List<CompletableFuture<float[]>> queue(QueryBatcher batcher, String... texts)
      throws InterruptedException {
    List<CompletableFuture<float[]>> calls = new ArrayList<>();
    int before = batcher.current().queued();
    for (String text : texts) {
      calls.add(ask(batcher, text));
      while (batcher.current().queued() < before + calls.size()) {
        Thread.sleep(1);
      }
    }
    return calls;
  }

  private static float[] get(CompletableFuture<float[]> call) throws Exception {
    return call.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aLoneCallerNeverWaitsForCompany() {
    QueryBatcher batcher = new QueryBatcher(GatedProvider.open(), limits(24, 3000, 4, 100, 5000));
    batcher.embed("warm up");
    long started = System.nanoTime();

    for (int i = 0; i < 10; i++) {
      batcher.embed("q" + i);
    }

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
    assertThat(batcher.batches()).isEqualTo(11);
  }

  @Test
  void whoComesWhileABatchIsUnderWayIsSentTogether() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 100, 1, 100, 5000));
    CompletableFuture<float[]> first = ask(batcher, "first");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> others = queue(batcher, "aa", "bbb", "cccc");
    provider.letThrough(2);

    assertThat(get(first)).containsExactly(5, 1);
    assertThat(get(others.get(2))).containsExactly(4, 1);
    assertThat(provider.batches).containsExactly(List.of("first"), List.of("aa", "bbb", "cccc"));
  }

  @Test
  void aSecondBatchLeavesOnceItsOldestHasWaitedLongEnough() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 30, 2, 100, 5000));
    send(batcher, "first");
    provider.awaitBatches(1);

    CompletableFuture<float[]> second = ask(batcher, "second");
    provider.awaitBatches(1);
    provider.letThrough(2);

    assertThat(get(second)).containsExactly(6, 1);
  }

  @Test
  void aFullBatchDoesNotWaitForTheClock() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(2, 10_000, 2, 100, 20_000));
    send(batcher, "first");
    provider.awaitBatches(1);
    CompletableFuture<float[]> second = ask(batcher, "second");
    send(batcher, "third");
    provider.awaitBatches(1);
    provider.letThrough(2);

    assertThat(get(second)).isNotNull();
    assertThat(provider.batches.get(1)).containsExactlyInAnyOrder("second", "third");
  }

  @Test
  void noMoreBatchesThanAllowedAreUnderWay() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(1, 0, 2, 100, 5000));
    List<CompletableFuture<float[]>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(ask(batcher, "q" + i));
    }
    provider.awaitBatches(2);

    assertThat(provider.entered.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(batcher.current()).isEqualTo(new QueueState(3, 2));

    provider.letThrough(5);
    for (CompletableFuture<float[]> call : calls) {
      get(call);
    }
    assertThat(batcher.current()).isEqualTo(new QueueState(0, 0));
  }

  @Test
  void aTextAskedTwiceIsEmbeddedOnce() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 100, 1, 100, 5000));
    send(batcher, "first");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> others = queue(batcher, "same", "same", "other");
    provider.letThrough(2);

    assertThat(get(others.get(0))).isEqualTo(get(others.get(1)));
    assertThat(provider.batches.get(1)).containsExactly("same", "other");
  }

  @Test
  void oneBadVectorDoesNotFailTheRestOfItsBatch() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 100, 1, 100, 5000));
    send(batcher, "first");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> others = queue(batcher, "aa", "bad", "cccc");
    provider.letThrough(2);

    assertThat(get(others.get(0))).containsExactly(2, 1);
    assertThat(get(others.get(2))).containsExactly(4, 1);
    ExecutionException e = catchThrowableOfType(ExecutionException.class, () -> get(others.get(1)));
    assertThat(e.getCause()).isInstanceOf(EmbeddingFailure.class);
  }

  @Test
  void afterAFailedBatchTheNextOneGoesOn() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(1, 0, 1, 100, 5000));
    CompletableFuture<float[]> first = ask(batcher, "down");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> others = queue(batcher, "bug", "fine");
    provider.letThrough(3);

    assertThatThrownBy(() -> get(first)).hasCauseInstanceOf(EmbeddingFailure.class);
    assertThatThrownBy(() -> get(others.get(0))).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(get(others.get(1))).containsExactly(4, 1);
  }

  @Test
  void whoShareABatchThatBreaksOffAreToldSo() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 100, 1, 100, 5000));
    send(batcher, "first");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> others = queue(batcher, "bug", "fine");
    provider.letThrough(2);

    assertThatThrownBy(() -> get(others.get(1))).hasCauseInstanceOf(EmbeddingFailure.class);
  }

  @Test
  void aFullQueueRefusesAtOnceAndSaysHowFullItIs() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(1, 0, 1, 2, 5000));
    send(batcher, "first");
    provider.awaitBatches(1);
    var unused = queue(batcher, "a", "b");

    assertThatThrownBy(() -> batcher.embed("c"))
        .isInstanceOfSatisfying(
            QueueFullException.class, e -> assertThat(e.state()).isEqualTo(new QueueState(2, 1)));
    provider.letThrough(3);
  }

  @Test
  void aCallerGivesUpWhileItWaitsAndLeavesTheQueue() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 5, 1, 100, 80));
    send(batcher, "first");
    provider.awaitBatches(1);
    long started = System.nanoTime();

    assertThatThrownBy(() -> batcher.embed("late"))
        .isInstanceOfSatisfying(
            QueueTimeoutException.class,
            e -> assertThat(e.waited()).isGreaterThanOrEqualTo(Duration.ofMillis(80)));
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    assertThat(batcher.current().queued()).isZero();
    provider.letThrough(1);
  }

  /** Asks with a deadline of its own. */
  private static CompletableFuture<float[]> askWithin(
      Duration budget, QueryBatcher batcher, String text) {
    return CompletableFuture.supplyAsync(() -> {
      Deadline.Scope scope = Deadline.start(budget);
      try {
        return batcher.embed(text);
      } finally {
        scope.close();
      }
    });
  }

  @Test
  void aCallersOwnDeadlineCountsInTheQueue() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 5, 1, 100, 60_000));
    send(batcher, "first");
    provider.awaitBatches(1);

    CompletableFuture<float[]> late = askWithin(Duration.ofMillis(50), batcher, "late");

    assertThatThrownBy(() -> get(late)).hasCauseInstanceOf(QueueTimeoutException.class);
    provider.letThrough(1);
  }

  @Test
  void aCallersOwnDeadlineCountsWhileAnotherCallerLeadsItsBatch() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 5, 1, 100, 60_000));
    send(batcher, "first");
    provider.awaitBatches(1);
    List<CompletableFuture<float[]>> leader = queue(batcher, "leader");
    CompletableFuture<float[]> hasty = askWithin(Duration.ofSeconds(1), batcher, "hasty");
    while (batcher.current().queued() < 2) {
      Thread.sleep(1);
    }
    provider.letThrough(1);
    provider.awaitBatches(1);

    assertThatThrownBy(() -> get(hasty)).hasCauseInstanceOf(EmbeddingFailure.class);
    provider.letThrough(1);
    assertThat(get(leader.getFirst())).containsExactly(6, 1);
  }

  @Test
  void whenTheHeadOfTheQueueGivesUpTheNextOneTakesItsPlace() throws Exception {
    QueryBatcher batcher = new QueryBatcher(provider, limits(24, 5, 1, 100, 60_000));
    send(batcher, "first");
    provider.awaitBatches(1);
    CompletableFuture<float[]> head = askWithin(Duration.ofMillis(100), batcher, "head");
    CompletableFuture<float[]> next = ask(batcher, "next");
    assertThatThrownBy(() -> get(head)).hasCauseInstanceOf(QueueTimeoutException.class);
    provider.letThrough(2);

    assertThat(get(next)).containsExactly(4, 1);
    assertThat(provider.batches.get(1)).containsExactly("next");
  }

  @Test
  void aCrowdIsServedWithoutLossAndInFewBatches() throws Exception {
    GatedProvider quick = GatedProvider.open();
    QueryBatcher batcher = new QueryBatcher(quick, limits(8, 2, 3, 10_000, 20_000));
    AtomicInteger right = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int caller = i;
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int k = 0; k < 20; k++) {
                  String text = "x".repeat(1 + (caller * 7 + k) % 50);
                  if (batcher.embed(text)[0] == text.length()) {
                    right.incrementAndGet();
                  }
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(right).hasValue(4000);
    assertThat(batcher.current()).isEqualTo(new QueueState(0, 0));
    assertThat(quick.batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(8));
  }
}
