package io.perdura.outbox;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Handles batches: prepare outside any transaction, then effects and verdicts in one.
 *
 * <p>A batch whose handler throws is rolled back and halved until the guilty event is alone; its
 * failure is stored in a transaction of its own (D-01), the others are done.
 */
final class BatchRun {
  private static final Logger LOG = Logger.getLogger(BatchRun.class.getName());
  private static final Duration OUTAGE_LIMIT = Duration.ofMinutes(5);
  private static final long OUTAGE_PAUSE_MILLIS = 500;

  private final DrainContext context;
  private final String worker;
  private final BooleanSupplier stopping;

  BatchRun(DrainContext context, String worker, BooleanSupplier stopping) {
    this.context = context;
    this.worker = worker;
    this.stopping = stopping;
  }

  /** Handles {@code events}, all of {@code eventType}. Never throws for a handler's failure. */
  void handle(String eventType, List<ClaimedEvent> events) {
    handle(eventType, events, Stage.WHOLE);
  }

  private void handle(String eventType, List<ClaimedEvent> events, Stage stage) {
    OutboxHandler handler = context.handler(eventType);
    if (handler == null) {
      settle(eventType, events, skipUnknown(events), stage);
      return;
    }
    OutboxHandler.Prepared prepared;
    try {
      long began = System.nanoTime();
      prepared = handler.prepare(events);
      context.meter().prepared(eventType, events.size(), System.nanoTime() - began);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      blame(eventType, events, e, stage);
      return;
    }
    settle(eventType, events, prepared, stage);
  }

  /** The contract publishes what no handler knows, with a note; it can be replayed by its type. */
  private static OutboxHandler.Prepared skipUnknown(List<ClaimedEvent> events) {
    EventOutcome skipped =
        new EventOutcome.Done(
            Jsons.object().put("skipped", true).put("reason", "unknown_event_type"));
    return tx -> events.stream().map(event -> skipped).toList();
  }

  private void settle(
      String eventType, List<ClaimedEvent> events, OutboxHandler.Prepared prepared, Stage stage) {
    long patience = System.nanoTime() + OUTAGE_LIMIT.toNanos();
    while (true) {
      try {
        long began = System.nanoTime();
        List<Verdict> verdicts = commit(eventType, events, prepared);
        context.meter().settled(eventType, verdicts, System.nanoTime() - began);
        logFailures(eventType, verdicts);
        return;
      } catch (LeaseLostException e) {
        context.meter().leaseLost(eventType, events.size());
        LOG.log(Level.INFO, "outbox: {0}; their batch was rolled back", e.getMessage());
        giveBack(events);
        return;
      } catch (RuntimeException | LinkageError | StackOverflowError e) {
        if (!isOutage(e)) {
          if (stage == Stage.FAILURE) {
            LOG.log(Level.WARNING, "outbox: a failure could not be stored; its lease will end", e);
          } else {
            blame(eventType, events, e, stage);
          }
          return;
        }
        if (stopping.getAsBoolean() || System.nanoTime() - patience >= 0 || !pause()) {
          LOG.log(Level.WARNING, "outbox: no database; a batch is left to the end of its lease", e);
          return;
        }
      }
    }
  }

  private List<Verdict> commit(
      String eventType, List<ClaimedEvent> events, OutboxHandler.Prepared prepared) {
    return context
        .store()
        .database()
        .transaction(
            "outbox " + eventType,
            tx -> {
              List<EventOutcome> outcomes = prepared.apply(tx);
              List<Verdict> verdicts = context.verdicts(events, outcomes);
              context.store().settle(tx, worker, verdicts);
              return verdicts;
            });
  }

  /** Finds the events that make the handler fail, and stores the failure of each. */
  private void blame(String eventType, List<ClaimedEvent> events, Throwable failure, Stage stage) {
    context.meter().faulted(eventType);
    if (stage == Stage.WHOLE) {
      LOG.log(Level.WARNING, "outbox: the handler of " + eventType + " failed", failure);
    }
    if (events.size() > 1) {
      int middle = events.size() / 2;
      handle(eventType, events.subList(0, middle), Stage.HALF);
      handle(eventType, events.subList(middle, events.size()), Stage.HALF);
      return;
    }
    EventOutcome retry = new EventOutcome.Retry(FailureClass.UNKNOWN, describe(failure));
    settle(eventType, events, tx -> List.of(retry), Stage.FAILURE);
  }

  private void giveBack(List<ClaimedEvent> events) {
    try {
      context.store().giveBack(worker, events);
    } catch (RuntimeException e) {
      LOG.log(Level.INFO, "outbox events are left to the end of their lease", e);
    }
  }

  private static void logFailures(String eventType, List<Verdict> verdicts) {
    List<Verdict> failed =
        verdicts.stream().filter(verdict -> verdict.kind() != Verdict.Kind.DONE).toList();
    if (!failed.isEmpty()) {
      Verdict first = failed.getFirst();
      LOG.log(
          Level.WARNING,
          "outbox: {0} of {1} {2} events failed; the first is event {3}, attempt {4}, {5}, {6}: {7}",
          new Object[] {
            failed.size(),
            verdicts.size(),
            eventType,
            Long.toString(first.event().id()),
            first.event().attempts(),
            first.failureClass(),
            first.kind() == Verdict.Kind.DEAD
                ? "a dead letter"
                : "again in " + first.pause().toSeconds() + " s",
            first.error()
          });
    }
  }

  private static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = failure; cause != null && text.length() < 1_500; ) {
      text.append(text.isEmpty() ? "" : "; caused by ").append(cause);
      cause = cause.getCause();
    }
    return text.toString();
  }

  /** A database that is away; a statement that took too long is the batch's own fault. */
  private static boolean isOutage(Throwable failure) {
    return failure instanceof ApiException unavailable
        && unavailable.status() == 503
        && unavailable.getCause() instanceof SQLException cause
        && !SqlStates.isTimeout(cause);
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(OUTAGE_PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** How far the search for a guilty event has come. */
  private enum Stage {
    /** The batch as it was claimed. */
    WHOLE,
    /** A part of a batch that failed. */
    HALF,
    /** The guilty one: the handler is out of it, what is stored is its failure. */
    FAILURE
  }
}
