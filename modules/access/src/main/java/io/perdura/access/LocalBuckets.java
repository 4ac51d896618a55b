package io.perdura.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Buckets in this process (policy-control, section 4.1).
 *
 * <p>Names come from callers, so their number is bounded: beyond {@value #MAX_BUCKETS} those that
 * were not used lately are forgotten.
 */
final class LocalBuckets implements Buckets {
  static final int MAX_BUCKETS = 100_000;
  private static final long LONGEST_WAIT_MS = Duration.ofDays(365).toMillis();

  private final LongSupplier nanoTime;
  private final IntSupplier servers;
  private final boolean startEmpty;
  private final long since;
  private final Cache<String, State> states;

  private LocalBuckets(LongSupplier nanoTime, IntSupplier servers, boolean startEmpty) {
    this.nanoTime = nanoTime;
    this.servers = servers;
    this.startEmpty = startEmpty;
    this.since = nanoTime.getAsLong();
    this.states =
        Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS)
            .expireAfter(Expiry.<String, State>accessing((key, state) -> state.idle))
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** The buckets of a server that counts alone: full at first. */
  static LocalBuckets alone(LongSupplier nanoTime) {
    return new LocalBuckets(nanoTime, () -> 1, false);
  }

  /** One part of {@code servers} of every bucket, all empty now. */
  static LocalBuckets share(LongSupplier nanoTime, IntSupplier servers) {
    return new LocalBuckets(nanoTime, servers, true);
  }

  @Override
  public Decision charge(List<Bucket> buckets) {
    int parts = servers.getAsInt();
    for (int i = 0; i < buckets.size(); i++) {
      Bucket whole = buckets.get(i);
      Bucket part = whole.share(parts);
      long now = nanoTime.getAsLong();
      State state = states.get(whole.key(), key -> new State(whole, startTokens(part, now), now));
      long retryAfterMs = state.take(part, now);
      if (retryAfterMs > 0) {
        return new Decision(i, retryAfterMs);
      }
    }
    return Decision.ADMITTED;
  }

  /** What was taken of each bucket so far. */
  List<SharedBuckets.Debt> taken() {
    List<SharedBuckets.Debt> taken = new ArrayList<>();
    for (State state : states.asMap().values()) {
      long tokens = state.taken();
      if (tokens > 0) {
        taken.add(new SharedBuckets.Debt(state.whole, tokens));
      }
    }
    return taken;
  }

  private double startTokens(Bucket bucket, long now) {
    return startEmpty
        ? Math.min(bucket.capacity(), seconds(now - since) * bucket.rps())
        : bucket.capacity();
  }

  private static double seconds(long nanos) {
    return Math.max(0, nanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static final class State {
    private final Bucket whole;
    private final Duration idle;
    private double tokens;
    private long at;
    private long taken;

    State(Bucket whole, double tokens, long at) {
      this.whole = whole;
      this.idle = Duration.ofMillis(Math.max(whole.idleMs(), whole.fillMs()));
      this.tokens = tokens;
      this.at = at;
    }

    /** Returns 0 when a token was taken, else the milliseconds until there is one. */
    synchronized long take(Bucket bucket, long now) {
      tokens = Math.min(bucket.capacity(), tokens + seconds(now - at) * bucket.rps());
      at = Math.max(at, now);
      if (tokens >= 1) {
        tokens -= 1;
        taken++;
        return 0;
      }
      return Math.clamp((long) Math.ceil((1 - tokens) / bucket.rps() * 1000), 1, LONGEST_WAIT_MS);
    }

    synchronized long taken() {
      return taken;
    }
  }
}
