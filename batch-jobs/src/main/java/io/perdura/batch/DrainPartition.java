package io.perdura.batch;

import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.OutboxWorker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What reader, checkpoint policy and writer of one partition share: its worker, the claimed events
 * that are not handed out yet, and those that were and are not handled yet.
 *
 * <p>A checkpoint of the container costs a dozen statements and a COMMIT, and all partitions of an
 * execution meet in one row of it. So while there is a backlog a chunk goes on for several claims;
 * each of them is handled before the next is taken.
 */
final class DrainPartition {
  private static final long LONGEST_CHUNK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The container keeps the items of a chunk in memory. */
  private static final int LARGEST_CHUNK = 1000;

  private final OutboxWorker worker;
  private final BooleanSupplier backlog;
  private final LongSupplier clock;
  private final Deque<ClaimedEvent> claimed = new ArrayDeque<>();
  private List<ClaimedEvent> unhandled = new ArrayList<>();
  private long chunkEndNanos;
  private int chunkSize;

  DrainPartition(OutboxWorker worker) {
    this(worker, worker::hasBacklog, System::nanoTime);
  }

  /**
   * @param backlog tells whether the last claim took as many events as it may
   * @param clock nanoseconds
   */
  DrainPartition(OutboxWorker worker, BooleanSupplier backlog, LongSupplier clock) {
    this.worker = worker;
    this.backlog = backlog;
    this.clock = clock;
    beginChunk();
  }

  OutboxWorker worker() {
    return worker;
  }

  void beginChunk() {
    chunkEndNanos = clock.getAsLong() + LONGEST_CHUNK_NANOS;
    chunkSize = 0;
  }

  void claimed(List<ClaimedEvent> events) {
    claimed.addAll(events);
  }

  /** Returns the next claimed event, null when all were handed out. */
  ClaimedEvent next() {
    ClaimedEvent event = claimed.poll();
    if (event != null) {
      unhandled.add(event);
      chunkSize++;
    }
    return event;
  }

  /** Returns what was handed out since the last call. */
  List<ClaimedEvent> takeUnhandled() {
    List<ClaimedEvent> events = unhandled;
    unhandled = new ArrayList<>();
    return events;
  }

  /** A chunk ends where a claim ends: the first that found all there was, or that took long. */
  boolean isChunkComplete() {
    return claimed.isEmpty()
        && (!backlog.getAsBoolean()
            || chunkSize >= LARGEST_CHUNK
            || clock.getAsLong() - chunkEndNanos >= 0);
  }
}
