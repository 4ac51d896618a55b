package io.perdura.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Jsons;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a bounded number of requests work at once and a bounded number wait, first come first
 * served.
 *
 * <p>A slot that is given back goes to the oldest waiter, never to a newcomer. Nobody waits longer
 * than the queue's limit or its own {@link Deadline}.
 */
public final class InflightGate {
  private final WorkClass work;
  private final int maxInflight;
  private final int maxQueue;
  private final long queueTimeoutMs;
  private final Semaphore slots;
  private final AtomicInteger queued = new AtomicInteger();

  /** {@code queueTimeoutMs} in milliseconds. */
  InflightGate(WorkClass work, int maxInflight, int maxQueue, long queueTimeoutMs) {
    this.work = work;
    this.maxInflight = maxInflight;
    this.maxQueue = maxQueue;
    this.queueTimeoutMs = queueTimeoutMs;
    this.slots = new Semaphore(maxInflight, true);
  }

  /**
   * Waits for a slot; close the permit in a finally block.
   *
   * @throws ApiException 429 {@code recall_backpressure} or {@code write_backpressure} when the
   *     queue is full or the wait was in vain
   */
  public Permit enter() {
    try {
      if (slots.tryAcquire(0, TimeUnit.MILLISECONDS)) {
        return new Permit(0);
      }
      return enqueue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(503, "server_stopping", "the server is stopping", null, 1);
    }
  }

  /** Requests that work now. */
  public int inflight() {
    return maxInflight - slots.availablePermits();
  }

  /** Requests that wait now. */
  public int queued() {
    return queued.get();
  }

  @Override
  public String toString() {
    return work.label() + ": " + maxInflight + " at once, " + maxQueue + " waiting";
  }

  private Permit enqueue() throws InterruptedException {
    if (queued.incrementAndGet() > maxQueue) {
      queued.decrementAndGet();
      throw refusal(state());
    }
    long start = System.nanoTime();
    long patience = Math.min(queueTimeoutMs, Deadline.current().remaining().toMillis());
    try {
      if (slots.tryAcquire(patience, TimeUnit.MILLISECONDS)) {
        return new Permit(waited(start));
      }
    } finally {
      queued.decrementAndGet();
    }
    throw refusal(state().put("wait_ms", waited(start)).put("queue_timeout_ms", queueTimeoutMs));
  }

  private ObjectNode state() {
    return Jsons.object()
        .put("inflight", inflight())
        .put("queued", queued())
        .put("max_inflight", maxInflight)
        .put("max_queue", maxQueue);
  }

  private ApiException refusal(ObjectNode details) {
    String label = work.label();
    return new ApiException(
        429, label + "_backpressure", "server busy on " + label + "; retry later", details, 1);
  }

  private static long waited(long start) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /** A slot in the gate. */
  public final class Permit implements AutoCloseable {
    private final long waitMs;

    private Permit(long waitMs) {
      this.waitMs = waitMs;
    }

    /** Milliseconds spent waiting for the slot, 0 when it was free. */
    public long waitMs() {
      return waitMs;
    }

    /** Gives the slot back; call it once. */
    @Override
    public void close() {
      slots.release();
    }
  }
}
