package io.perdura.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One pair of hands: claims a batch, has it handled, claims the next. Belongs to one thread at a
 * time.
 *
 * <p>Whatever happens to this object, its thread or its process, no event is lost and no effect
 * happens twice: what it claimed comes back when the lease ends, and it cannot store an outcome
 * once somebody else claimed.
 */
public final class OutboxWorker implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OutboxWorker.class.getName());

  /** How soon a wish to stop is seen by a waiting worker. */
  private static final long STOP_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Every so many claims the rest goes first, so that a flood of embeddings starves nothing. */
  private static final int TURN = 8;

  /** Claims that may follow one another without bringing anything. */
  private static final int LONGEST_ROUND = 4;

  private static final int[] IN_ORDER = {0, 1, 2};
  private static final int[] REVERSED = {2, 1, 0};

  private final DrainContext context;
  private final String name;
  private final BooleanSupplier stopping;
  private final BatchRun run;
  private final String[] starts = {"", "", ""};
  private long claims;
  private boolean backlog;
  private boolean claimUncertain;
  private boolean outage;

  OutboxWorker(DrainContext context, String name, BooleanSupplier stopping) {
    this.context = context;
    this.name = name;
    this.stopping = stopping;
    this.run = new BatchRun(context, name, stopping);
  }

  /** Unique in the cluster and over time; stored with each claim. */
  public String name() {
    return name;
  }

  /**
   * Claims the next batch, waiting for work where there is none.
   *
   * @param patience how long to wait; without a database the wait goes on until it is back
   * @return empty when nothing came or the worker is asked to stop
   */
  public List<ClaimedEvent> claim(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!stopping.getAsBoolean()) {
      long seen = context.work().seen();
      List<ClaimedEvent> events = tryClaim();
      if (!events.isEmpty()) {
        context.leases().holding(name);
        return events;
      }
      if (!outage && System.nanoTime() - end >= 0) {
        return List.of();
      }
      await(seen, end);
    }
    return List.of();
  }

  /** Tells whether the last claim took as many events as it may, so that more are likely due. */
  public boolean hasBacklog() {
    return backlog;
  }

  /** Waits for a signal, one poll interval or the end, whichever is first. */
  private void await(long seen, long end) throws InterruptedException {
    long pollEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(context.pollMillis());
    long until = outage ? pollEnd : Math.min(pollEnd, end);
    while (!stopping.getAsBoolean()) {
      long left = Math.min(until - System.nanoTime(), STOP_CHECK_NANOS);
      if (left <= 0) {
        return;
      }
      if (outage) {
        TimeUnit.NANOSECONDS.sleep(left);
      } else if (context.work().awaitAfter(seen, Duration.ofNanos(left))) {
        return;
      }
    }
  }

  private List<ClaimedEvent> tryClaim() {
    try {
      if (claimUncertain) {
        // The claim before may have happened without our knowing; nobody else would return it.
        context.store().release(name, name + "!");
        claimUncertain = false;
      }
      List<ClaimedEvent> events = walk();
      if (outage) {
        outage = false;
        LOG.log(Level.INFO, "outbox worker {0}: the database is back", name);
      }
      return events;
    } catch (RuntimeException e) {
      claimUncertain = true;
      backlog = false;
      if (!outage) {
        outage = true;
        LOG.log(Level.WARNING, "outbox worker " + name + " cannot claim; it keeps trying", e);
      }
      return List.of();
    }
  }

  /**
   * Claims, going on where the walk was cut off, until something is due or all scopes were seen.
   */
  private List<ClaimedEvent> walk() {
    boolean fromFirst = atFirst();
    for (int i = 0; i < LONGEST_ROUND; i++) {
      List<ClaimedEvent> events = claimOnce();
      if (!events.isEmpty() || (atFirst() && fromFirst)) {
        return events;
      }
      fromFirst |= atFirst();
    }
    return List.of();
  }

  private boolean atFirst() {
    return Arrays.stream(starts).allMatch(String::isEmpty);
  }

  private List<ClaimedEvent> claimOnce() {
    int[] priorities = ++claims % TURN == 0 ? REVERSED : IN_ORDER;
    String[] ordered = new String[priorities.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = starts[priorities[i]];
    }
    long began = System.nanoTime();
    OutboxStore.Claim claim =
        context
            .store()
            .claim(
                name,
                priorities,
                ordered,
                context.batchSize(),
                context.leaseMillis(),
                context.maxAttempts());
    backlog = claim.taken().size() >= context.batchSize();
    for (int priority : IN_ORDER) {
      starts[priority] = claim.starts().path(Integer.toString(priority)).asText("");
    }
    if (!claim.taken().isEmpty() || !claim.buried().isEmpty()) {
      context.meter().claimed(claim, System.nanoTime() - began);
    }
    for (ClaimedEvent event : claim.buried()) {
      LOG.log(
          Level.WARNING,
          "outbox event {0} ({1}) is a dead letter: its worker died on attempt {2}",
          new Object[] {Long.toString(event.id()), event.eventType(), event.attempts()});
    }
    return claim.taken();
  }

  /**
   * Has {@code events} handled and their outcomes stored. Failures of handlers end in the outbox,
   * not here; when the database stays away the events are left to their leases.
   */
  public void process(List<ClaimedEvent> events) {
    Map<String, List<ClaimedEvent>> byType = new LinkedHashMap<>();
    for (ClaimedEvent event : events) {
      byType.computeIfAbsent(event.eventType(), type -> new ArrayList<>()).add(event);
    }
    try {
      byType.forEach(run::handle);
    } finally {
      context.leases().done(name);
    }
  }

  /** Gives back claimed events that will not be processed. */
  public void giveBack(List<ClaimedEvent> events) {
    if (!events.isEmpty()) {
      try {
        context.store().giveBack(name, events);
      } catch (RuntimeException e) {
        LOG.log(Level.INFO, "outbox events are left to the end of their lease", e);
      }
    }
    context.leases().done(name);
  }

  /** Leaves; everything still claimed becomes available at once. */
  @Override
  public void close() {
    context.leases().done(name);
    try {
      context.store().release(name, name + "!");
    } catch (RuntimeException e) {
      LOG.log(Level.INFO, "outbox events are left to the end of their lease", e);
    }
  }
}
