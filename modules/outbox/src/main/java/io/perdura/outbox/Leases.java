package io.perdura.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Which workers of this server hold a batch, so that one thread can renew the leases of all.
 *
 * <p>A batch that is held longer than the limit is no longer renewed: its handler is taken to hang,
 * and its events go to somebody else when the lease ends. Should it come back after all, the fence
 * keeps its effects out.
 */
final class Leases {
  private static final Logger LOG = Logger.getLogger(Leases.class.getName());

  private final Map<String, Long> since = new ConcurrentHashMap<>();
  private final long limitNanos;

  Leases(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  void holding(String worker) {
    since.put(worker, System.nanoTime());
  }

  void done(String worker) {
    since.remove(worker);
  }

  /** Renews what is held and within the limit. */
  void renew(OutboxStore store, long leaseMillis) {
    long now = System.nanoTime();
    List<String> renewed =
        since.entrySet().stream()
            .filter(held -> now - held.getValue() < limitNanos)
            .map(Map.Entry::getKey)
            .toList();
    List<String> hanging =
        since.keySet().stream().filter(worker -> !renewed.contains(worker)).toList();
    if (!hanging.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "outbox workers {0} hang in a handler; their leases are no longer renewed",
          hanging);
    }
    if (!renewed.isEmpty()) {
      store.renew(renewed, leaseMillis);
    }
  }
}
