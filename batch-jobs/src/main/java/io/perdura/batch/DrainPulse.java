package io.perdura.batch;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether the drain of this server lives, as seen in its own memory: the job repository cannot tell
 * after a fail-over, when an execution died without being able to write it down.
 */
@ApplicationScoped
public class DrainPulse {
  /** A partition that is not handling events shows itself ten times a second. */
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  private final Map<Integer, Beat> partitions = new ConcurrentHashMap<>();
  private volatile boolean renewing;

  /** A partition waits for work, or was asked something. */
  public void beat(int partition) {
    partitions.put(partition, new Beat(System.nanoTime(), false));
  }

  /** A partition handles events, for as long as its handlers take. */
  public void busy(int partition) {
    partitions.put(partition, new Beat(System.nanoTime(), true));
  }

  /** A partition ended. */
  public void gone(int partition) {
    partitions.remove(partition);
  }

  /** Tells whether any partition is open and has shown itself lately. */
  public boolean isAlive() {
    long now = System.nanoTime();
    return partitions.values().stream()
        .anyMatch(beat -> beat.busy || now - beat.nanos < LONGEST_SILENCE.toNanos());
  }

  /** The execution has lasted long enough: its partitions end after their claims. */
  public void renew() {
    renewing = true;
  }

  /** Tells whether the partitions are to end so that the next execution can begin. */
  public boolean isRenewing() {
    return renewing;
  }

  /** Forgets the partitions of an execution that ended or is given up. */
  public void clear() {
    renewing = false;
    partitions.clear();
  }

  private record Beat(long nanos, boolean busy) {}
}
