package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The buckets of this cluster: one set for all servers in Valkey, or in this process alone when
 * none is configured.
 *
 * <p>While Valkey does not answer, each server holds to its part of every limit, from buckets that
 * are empty at the switch: whatever was used just before is unknown. Back at Valkey it first repays
 * what it let pass meanwhile.
 */
@ApplicationScoped
public class ClusterBuckets implements Buckets {
  private static final Logger LOG = Logger.getLogger(ClusterBuckets.class.getName());
  private static final long LOOK_MS = 500;

  private final LongSupplier nanoTime;
  private final LiveServers servers;
  private final SharedBuckets.Connector connector;
  private final LongAdder losses = new LongAdder();
  private volatile Place place;
  private boolean fresh = true;
  private Future<?> task;

  /** Where the buckets are now. */
  public enum Mode {
    /** In Valkey, for the whole cluster. */
    SHARED,
    /** Here, this server's part of every limit, until Valkey is back. */
    SHARE,
    /** Here, the whole limit: no Valkey is configured. */
    ALONE;

    /** The name in health details. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Place(Mode mode, Buckets buckets) {}

  /** For the container's proxy. */
  protected ClusterBuckets() {
    this.nanoTime = null;
    this.servers = null;
    this.connector = null;
  }

  @Inject
  public ClusterBuckets(Settings settings, LiveServers servers) {
    this(connector(settings), servers, System::nanoTime);
  }

  /** {@code connector} null = every server counts for itself. */
  ClusterBuckets(SharedBuckets.Connector connector, LiveServers servers, LongSupplier nanoTime) {
    this.connector = connector;
    this.servers = servers;
    this.nanoTime = nanoTime;
    this.place = connector == null ? new Place(Mode.ALONE, LocalBuckets.alone(nanoTime)) : share();
  }

  /** Connects, and from now on looks twice a second whether Valkey is there. */
  public synchronized void start(ScheduledExecutorService executor) {
    if (connector != null) {
      look();
      task = executor.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Disconnects. */
  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
    if (connector != null) {
      if (place.buckets() instanceof SharedBuckets shared) {
        place = share();
        shared.close();
      }
      connector.close();
    }
  }

  @Override
  public Decision charge(List<Bucket> buckets) {
    Place here = place;
    try {
      return here.buckets().charge(buckets);
    } catch (RuntimeException e) {
      if (here.mode() != Mode.SHARED) {
        throw e;
      }
      lose(here, e);
      return charge(buckets);
    }
  }

  public Mode mode() {
    return place.mode();
  }

  /** How many servers share the limits. */
  public int servers() {
    return servers.count();
  }

  /** How often Valkey was lost since the start. */
  public long losses() {
    return losses.sum();
  }

  /** Looks once whether Valkey is there, and moves if it came or went; never throws. */
  synchronized void look() {
    Place here = place;
    if (here.buckets() instanceof SharedBuckets shared) {
      try {
        shared.ping();
      } catch (RuntimeException e) {
        lose(here, e);
      }
    } else {
      comeBack((LocalBuckets) here.buckets());
    }
  }

  private void comeBack(LocalBuckets local) {
    SharedBuckets shared = null;
    try {
      shared = connector.connect(fresh);
      shared.repay(local.taken());
      place = new Place(Mode.SHARED, shared);
      LOG.log(Level.INFO, "rate limits are counted in Valkey, for the whole cluster");
    } catch (RuntimeException e) {
      if (fresh) {
        LOG.log(
            Level.WARNING, "Valkey is not there: this server holds to its part of every limit", e);
      }
      if (shared != null) {
        shared.close();
      }
    }
    fresh = false;
  }

  private synchronized void lose(Place left, RuntimeException cause) {
    if (left.equals(place) && left.buckets() instanceof SharedBuckets shared) {
      place = share();
      losses.increment();
      LOG.log(Level.WARNING, "Valkey is lost: this server holds to its part of every limit", cause);
      shared.close();
    }
  }

  private Place share() {
    return new Place(Mode.SHARE, LocalBuckets.share(nanoTime, servers::count));
  }

  private static SharedBuckets.Connector connector(Settings settings) {
    ValkeyAddress address = ValkeyAddress.of(settings);
    return address == null
        ? null
        : new ValkeyConnector(
            address,
            settings.get(LimitSettings.PERDURA_VALKEY_PREFIX),
            Duration.ofMillis(settings.get(LimitSettings.PERDURA_VALKEY_TIMEOUT_MS)));
  }
}
