package io.perdura.outbox;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The draining side of one server: hands out workers, and keeps what they share alive: the renewal
 * of leases, the ear for announcements, the gauges and the purge.
 */
@ApplicationScoped
public class Drain {
  private static final Logger LOG = Logger.getLogger(Drain.class.getName());
  private static final Duration LONGEST_RENEWAL = Duration.ofSeconds(30);
  private static final Duration GAUGE_INTERVAL = Duration.ofSeconds(15);

  /** Reading the state may take at most this part of the time. */
  private static final int GAUGE_SHARE = 50;

  private static final Duration PURGE_INTERVAL = Duration.ofHours(6);

  private final DrainContext context;
  private final OutboxMetrics metrics;
  private final Announcer announcer;
  private final List<Loop> loops = new ArrayList<>();
  private volatile String incarnation;
  private volatile String node;

  /** For the container's proxy. */
  protected Drain() {
    this.context = null;
    this.metrics = null;
    this.announcer = null;
  }

  @Inject
  Drain(
      Database database,
      Settings settings,
      Wakeups wakeups,
      Announcer announcer,
      OutboxMetrics metrics,
      @Any Instance<OutboxHandler> handlers) {
    this.metrics = metrics;
    this.announcer = announcer;
    this.context =
        new DrainContext(
            new OutboxStore(database),
            byType(handlers),
            settings,
            new Backoff(() -> ThreadLocalRandom.current().nextDouble()),
            metrics,
            new Leases(
                Duration.ofMillis(settings.get(OutboxSettings.PERDURA_OUTBOX_HANDLER_TIMEOUT_MS))),
            wakeups.work());
  }

  static Map<String, OutboxHandler> byType(Iterable<OutboxHandler> handlers) {
    Map<String, OutboxHandler> byType = new HashMap<>();
    for (OutboxHandler handler : handlers) {
      if (byType.put(handler.eventType(), handler) != null) {
        throw new IllegalStateException("two handlers for " + handler.eventType());
      }
    }
    return byType;
  }

  /**
   * Starts what the workers of this server need, and frees what an earlier process of the same node
   * still held.
   *
   * @param node name of this server, unique in the cluster
   */
  public synchronized void start(String node, ThreadFactory threads) {
    if (!loops.isEmpty()) {
      return;
    }
    this.node = node;
    this.incarnation = node + "/" + UUID.randomUUID().toString().substring(0, 8) + "/";
    metrics.register();
    loops.add(Loop.start(threads, "renewing outbox leases", stopped -> renew()));
    loops.add(
        Loop.start(
            threads,
            "listening for outbox events",
            new WorkListener(
                context.store().database().dataSource(), context.work(), announcer.sender())));
    loops.add(Loop.start(threads, "measuring the outbox", stopped -> measure()));
    loops.add(Loop.start(threads, "purging the outbox", stopped -> purge()));
  }

  /** Stops the threads. Workers give back what they hold when they are closed. */
  public synchronized void stop() {
    loops.forEach(Loop::stop);
    loops.clear();
  }

  /**
   * Returns a worker for one partition; close it in the end.
   *
   * @param stopping asked often: true once the worker should come to an end
   */
  public OutboxWorker worker(int partition, BooleanSupplier stopping) {
    if (incarnation == null) {
      throw new IllegalStateException("the drain was not started");
    }
    return new OutboxWorker(context, incarnation + "%02d".formatted(partition), stopping);
  }

  /**
   * Frees what the dead server {@code node} held, before its leases end.
   *
   * @return how many events
   */
  public int releaseNode(String node) {
    String alive = node.equals(this.node) ? incarnation : node + "/!";
    int released = context.store().release(node + "/", alive);
    if (released > 0) {
      LOG.log(
          Level.WARNING,
          "{0} outbox events of {1} are free again: its process is gone",
          new Object[] {released, node});
      context.work().raise();
    }
    return released;
  }

  private void renew() throws InterruptedException {
    long lease = context.leaseMillis();
    TimeUnit.MILLISECONDS.sleep(Math.max(20, Math.min(lease / 3, LONGEST_RENEWAL.toMillis())));
    context.leases().renew(context.store(), lease);
  }

  private void measure() throws InterruptedException {
    long began = System.nanoTime();
    metrics.state(OutboxState.read(context.store().database(), null).totals());
    long took = System.nanoTime() - began;
    TimeUnit.NANOSECONDS.sleep(Math.max(GAUGE_INTERVAL.toNanos(), took * GAUGE_SHARE));
  }

  private void purge() throws InterruptedException {
    long spread = ThreadLocalRandom.current().nextLong(PURGE_INTERVAL.toMillis() / 2);
    TimeUnit.MILLISECONDS.sleep(PURGE_INTERVAL.toMillis() / 2 + spread);
    long removed =
        new OutboxPurge(
                context.store().database(),
                context.settings().get(OutboxSettings.PERDURA_OUTBOX_KEEP_DAYS))
            .run();
    LOG.log(Level.FINE, "{0} published outbox events were purged", removed);
  }
}
