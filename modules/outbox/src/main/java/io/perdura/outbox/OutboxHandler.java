package io.perdura.outbox;

import io.perdura.kernel.Tx;
import java.sql.SQLException;
import java.util.List;

/**
 * Does the work of one event type. Implementations are CDI beans and thread-safe: several workers
 * call them at once, on different events.
 *
 * <p>Guaranteed: the effects of {@link Prepared#apply} and the outcomes of its events commit
 * together, and only while this worker still holds every one of them, so an event's effects happen
 * once however often it is handed out.
 *
 * <p>Not guaranteed: that {@link #prepare} runs once; that {@code apply} runs once (a transaction
 * that lost a race is rolled back and repeated); any order between events. What either does outside
 * the transaction may be repeated and has to tolerate that.
 */
public interface OutboxHandler {
  /** The event type whose events this handler receives. */
  String eventType();

  /**
   * Does the slow part (provider calls, reading) for {@code events}, outside any transaction; the
   * leases are renewed meanwhile.
   *
   * <p>Expected failures of single events become {@link EventOutcome.Retry} or {@link
   * EventOutcome.Dead} later. An exception rolls the whole batch back; the batch is then halved
   * until the guilty events are found, and only they are retried.
   */
  Prepared prepare(List<ClaimedEvent> events);

  /** The fast part. */
  @FunctionalInterface
  interface Prepared {
    /**
     * Makes all effects inside {@code tx} and returns one outcome an event, in the order of the
     * events given to {@link OutboxHandler#prepare}.
     */
    List<EventOutcome> apply(Tx tx) throws SQLException;
  }
}
