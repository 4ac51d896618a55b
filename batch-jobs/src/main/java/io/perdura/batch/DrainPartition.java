package io.perdura.batch;

import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.OutboxWorker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What reader, checkpoint policy and writer of one partition share: its worker and the claimed
 * events that are not handed out yet.
 */
final class DrainPartition {
  private final OutboxWorker worker;
  private final Deque<ClaimedEvent> claimed = new ArrayDeque<>();

  DrainPartition(OutboxWorker worker) {
    this.worker = worker;
  }

  OutboxWorker worker() {
    return worker;
  }

  void claimed(List<ClaimedEvent> events) {
    claimed.addAll(events);
  }

  /** Returns the next claimed event, null when all were handed out. */
  ClaimedEvent next() {
    return claimed.poll();
  }

  /** A chunk is exactly one claim. */
  boolean isChunkComplete() {
    return claimed.isEmpty();
  }
}
