package io.perdura.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The public keys of tokens as they are now: those of the configuration, and those last read from
 * the configured address. They are read again in the background, so that keys may be exchanged
 * without a restart; while the address does not answer, the last good ones stay.
 *
 * <p>A token that names an unknown key makes them be read at once, but not more often than every
 * {@link #GAP}, whoever asks: otherwise anybody could make this server call that address.
 */
@ApplicationScoped
public class TokenKeys {
  static final Duration GAP = Duration.ofSeconds(10);
  static final Duration RETRY = Duration.ofSeconds(15);

  private static final Logger LOG = Logger.getLogger(TokenKeys.class.getName());

  /** Requests that may wait for an answer of the address at once. */
  private static final int MOST_WAITING = 16;

  private final TokenKeySet fixed;
  private final Source source;
  private final Duration refresh;
  private final long longestWaitMs;
  private final boolean needed;
  private final LongSupplier clock;
  private final ReentrantLock turn = new ReentrantLock();
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  private volatile TokenKeySet current;
  private volatile long goodAt;
  private volatile boolean everGood;
  private volatile long dueAt;
  private String text = "";
  private boolean failed;
  private boolean askedBefore;
  private long askedAt;
  private Future<?> task;

  /** For the container's proxy. */
  protected TokenKeys() {
    this(TokenKeySet.EMPTY, null, Duration.ZERO, Duration.ZERO, false, System::nanoTime);
  }

  @Inject
  public TokenKeys(Settings settings) {
    this(
        fixed(settings),
        source(settings),
        Duration.ofSeconds(settings.get(TokenSettings.PERDURA_JWT_KEYS_REFRESH_S)),
        Duration.ofMillis(settings.get(TokenSettings.PERDURA_JWT_KEYS_TIMEOUT_MS)),
        settings.get(AccessSettings.MEMORY_AUTH_MODE).equals("jwt")
            && settings.get(TokenSettings.MEMORY_JWT_HS256_SECRET) == null,
        System::nanoTime);
  }

  TokenKeys(
      TokenKeySet fixed,
      Source source,
      Duration refresh,
      Duration timeout,
      boolean needed,
      LongSupplier clock) {
    this.fixed = fixed;
    this.source = source;
    this.refresh = refresh;
    this.longestWaitMs = timeout.toMillis();
    this.needed = needed;
    this.clock = clock;
    this.current = fixed;
    this.dueAt = clock.getAsLong();
  }

  /** Where keys are read. */
  @FunctionalInterface
  interface Source {
    String read() throws IOException;
  }

  /** The keys now; another object when, and only when, they changed. */
  TokenKeySet current() {
    return current;
  }

  /** Returns what may verify a token of {@code algorithm} that names {@code keyId} (or null). */
  List<JWSVerifier> find(JWSAlgorithm algorithm, String keyId) {
    TokenKeySet known = current;
    List<JWSVerifier> found = known.find(algorithm, keyId);
    return found.isEmpty() && reread(known) ? current.find(algorithm, keyId) : found;
  }

  /** Tells whether there is any key to verify tokens with. */
  public boolean isLoaded() {
    return !current.isEmpty();
  }

  /** How many keys there are. */
  public int size() {
    return current.size();
  }

  /** Seconds since the address last gave keys; -1 when it never did, or there is none. */
  public long secondsSinceRead() {
    return everGood ? Duration.ofNanos(clock.getAsLong() - goodAt).toSeconds() : -1;
  }

  /** Tells whether tokens that these keys verify are the only way in. */
  public boolean isNeeded() {
    return needed;
  }

  /** Starts reading in the background. */
  public synchronized void start(ScheduledExecutorService executor) {
    if (source != null) {
      task = executor.scheduleWithFixedDelay(this::tick, 0, 1, TimeUnit.SECONDS);
    }
  }

  public synchronized void stop() {
    if (task != null) {
      task.cancel(true);
      task = null;
    }
  }

  /** Reads the address when it is time to. */
  void tick() {
    if (clock.getAsLong() - dueAt < 0) {
      return;
    }
    turn.lock();
    try {
      load();
    } finally {
      turn.unlock();
    }
  }

  /** Reads the address for a token that no key of {@code known} fits; true when keys changed. */
  private boolean reread(TokenKeySet known) {
    if (source == null || !waiting.tryAcquire()) {
      return false;
    }
    try {
      if (!turn.tryLock(longestWaitMs, TimeUnit.MILLISECONDS)) {
        return false;
      }
      try {
        if (current == known && mayAsk()) {
          load();
        }
        return current != known;
      } finally {
        turn.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.release();
    }
  }

  private boolean mayAsk() {
    long now = clock.getAsLong();
    if (askedBefore && now - askedAt < GAP.toNanos()) {
      return false;
    }
    askedBefore = true;
    askedAt = now;
    return true;
  }

  /** The caller holds the turn. */
  private void load() {
    Duration next = refresh;
    try {
      accept(source.read());
      goodAt = clock.getAsLong();
      everGood = true;
      if (failed) {
        failed = false;
        LOG.log(Level.INFO, "public keys of tokens are read again");
      }
    } catch (IOException | RuntimeException e) {
      next = refresh.compareTo(RETRY) < 0 ? refresh : RETRY;
      if (!failed) {
        failed = true;
        LOG.log(
            Level.WARNING,
            "public keys of tokens cannot be read; "
                + (everGood ? "the last good ones stay" : "there are none yet"),
            e);
      }
    }
    dueAt = clock.getAsLong() + next.toNanos();
  }

  private void accept(String read) {
    if (read.equals(text)) {
      return;
    }
    TokenKeySet parsed = TokenKeySet.parse(read);
    text = read;
    current = fixed.and(parsed);
    LOG.log(
        parsed.isEmpty() ? Level.WARNING : Level.INFO,
        "{0} public keys of tokens read",
        parsed.size());
  }

  private static TokenKeySet fixed(Settings settings) {
    String keys = settings.get(TokenSettings.PERDURA_JWT_PUBLIC_KEY);
    return keys == null || !isAccepted(settings) ? TokenKeySet.EMPTY : TokenKeySet.parse(keys);
  }

  private static Source source(Settings settings) {
    String location = settings.get(TokenSettings.PERDURA_JWT_KEYS_LOCATION);
    if (location == null || !isAccepted(settings)) {
      return null;
    }
    Duration timeout = Duration.ofMillis(settings.get(TokenSettings.PERDURA_JWT_KEYS_TIMEOUT_MS));
    return new TokenKeyLocation(location, timeout)::read;
  }

  private static boolean isAccepted(Settings settings) {
    return TokenSettings.accepts(settings.get(AccessSettings.MEMORY_AUTH_MODE));
  }
}
