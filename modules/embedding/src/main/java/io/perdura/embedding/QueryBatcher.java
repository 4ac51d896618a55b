package io.perdura.embedding;

import io.perdura.kernel.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends queries of many callers to the provider together.
 *
 * <p>There is no thread of its own: the caller whose query is the oldest in the queue leads. It
 * takes a batch, itself included, embeds it on its own thread and hands the others their vectors.
 * It leads at once when no batch is under way, so that a lone caller never waits for company;
 * otherwise when the batch is full or {@link BatchLimits#maxWait} has passed, always provided that
 * fewer than {@link BatchLimits#maxInflight} batches are under way. Waiting callers watch their own
 * time limits.
 */
final class QueryBatcher {
  private final EmbeddingProvider provider;
  private final BatchLimits limits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Waiter> queue = new ArrayDeque<>();
  private int inflight;
  private long batches;
  private long texts;

  QueryBatcher(EmbeddingProvider provider, BatchLimits limits) {
    this.provider = provider;
    this.limits = limits;
  }

  /** One caller and its query. All fields are guarded by the lock. */
  private static final class Waiter {
    final String text;
    final Deadline deadline = Deadline.current();
    final long since = System.nanoTime();
    final Condition turn;
    boolean taken;
    EmbeddingResult result;

    Waiter(String text, Condition turn) {
      this.text = text;
      this.turn = turn;
    }

    Duration waited() {
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }

  /**
   * Returns the vector of {@code text}.
   *
   * @throws QueueFullException when too many wait already
   * @throws QueueTimeoutException when its turn did not come in time
   * @throws EmbeddingFailure when the provider failed for this text
   */
  float[] embed(String text) {
    Waiter me;
    lock.lock();
    try {
      if (queue.size() >= limits.queueMax()) {
        throw new QueueFullException(state());
      }
      me = new Waiter(text, lock.newCondition());
      queue.addLast(me);
      if (queue.size() >= limits.maxSize()) {
        signalHead();
      }
      while (me.result == null) {
        if (me.taken) {
          awaitResult(me);
        } else if (queue.peekFirst() == me && mayLead(me)) {
          lead();
        } else {
          awaitTurn(me);
        }
      }
    } finally {
      lock.unlock();
    }
    return me.result.vector();
  }

  /** Returns how full the queue is now. */
  QueueState current() {
    lock.lock();
    try {
      return state();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many batches were sent so far. */
  long batches() {
    lock.lock();
    try {
      return batches;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many different texts those batches held together. */
  long texts() {
    lock.lock();
    try {
      return texts;
    } finally {
      lock.unlock();
    }
  }

  private QueueState state() {
    return new QueueState(queue.size(), inflight);
  }

  private boolean mayLead(Waiter head) {
    return inflight < limits.maxInflight()
        && (inflight == 0
            || queue.size() >= limits.maxSize()
            || head.waited().compareTo(limits.maxWait()) >= 0);
  }

  private void awaitTurn(Waiter me) {
    Duration left = min(limits.queueTimeout().minus(me.waited()), me.deadline.remaining());
    if (left.isZero() || left.isNegative()) {
      leave(me);
      throw new QueueTimeoutException(me.waited(), state());
    }
    if (queue.peekFirst() == me && inflight < limits.maxInflight()) {
      left = min(left, limits.maxWait().minus(me.waited()));
    }
    await(me, left);
  }

  private void awaitResult(Waiter me) {
    Duration left = me.deadline.remaining();
    if (left.isZero()) {
      throw EmbeddingFailure.unavailable(
          0, "the deadline passed while the query was being embedded", null);
    }
    await(me, left);
  }

  @SuppressWarnings("WaitNotInLoop") // the loop over the conditions is in embed
  private void await(Waiter me, Duration atMost) {
    try {
      me.turn.awaitNanos(Math.max(1, atMost.toNanos()));
    } catch (InterruptedException e) {
      leave(me);
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while waiting to be embedded", e);
    }
  }

  private void leave(Waiter me) {
    if (!me.taken) {
      queue.remove(me);
      signalHead();
    }
  }

  private void signalHead() {
    Waiter head = queue.peekFirst();
    if (head != null) {
      head.turn.signal();
    }
  }

  /** Called with the lock held, which is given up while the provider works. */
  private void lead() {
    List<Waiter> batch = new ArrayList<>(Math.min(queue.size(), limits.maxSize()));
    while (batch.size() < limits.maxSize() && !queue.isEmpty()) {
      Waiter next = queue.removeFirst();
      next.taken = true;
      batch.add(next);
    }
    inflight++;
    batches++;
    signalHead();
    Map<String, EmbeddingResult> results = Map.of();
    lock.unlock();
    try {
      results = embedAll(batch);
    } finally {
      lock.lock();
      inflight--;
      texts += results.size();
      for (Waiter waiter : batch) {
        EmbeddingResult result = results.get(waiter.text);
        waiter.result = result == null ? lost() : result;
        waiter.turn.signal();
      }
      signalHead();
    }
  }

  /** What the others of a batch get when its leader breaks off for a reason that is no failure. */
  private static EmbeddingResult lost() {
    return EmbeddingResult.failed(
        EmbeddingFailure.unavailable(0, "the batch of this query broke off", null));
  }

  /** Embeds each different text once, in the time that the most patient caller has left. */
  private Map<String, EmbeddingResult> embedAll(List<Waiter> batch) {
    List<String> distinct = batch.stream().map(waiter -> waiter.text).distinct().toList();
    Duration budget = Duration.ZERO;
    for (Waiter waiter : batch) {
      Duration left = waiter.deadline.remaining();
      budget = left.compareTo(budget) > 0 ? left : budget;
    }
    List<EmbeddingResult> results;
    Deadline.Scope scope = Deadline.start(budget);
    try {
      results = provider.tryQueries(distinct);
    } finally {
      scope.close();
    }
    Map<String, EmbeddingResult> byText = HashMap.newHashMap(distinct.size());
    for (int i = 0; i < distinct.size(); i++) {
      byText.put(distinct.get(i), results.get(i));
    }
    return byText;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
