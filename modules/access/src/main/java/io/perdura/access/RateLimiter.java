package io.perdura.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Rate limits of clients and quotas of tenants (policy-control, sections 4.1 to 4.4).
 *
 * <p>A client is the credential that it shows, else its address: callers behind one address do not
 * share a bucket as soon as they are known (D16).
 */
@ApplicationScoped
public class RateLimiter implements Limiter {
  private static final long TENANT_IDLE_MS = 600_000;
  private static final long MIN_IDLE_MS = 1_000;
  private static final int MAX_NAME = 128;

  /** A flood must not put every thread to sleep: beyond this many, nobody waits for a token. */
  private static final int MAX_WAITING = 64;

  private final Buckets buckets;
  private final TenantQuotas quotas;
  private final Sleep sleep;
  private final Map<Category, Rate> clientRates;
  private final boolean limitsClients;
  private final boolean limitsTenants;
  private final boolean sparesLoopback;
  private final long clientIdleMs;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final Map<Party, Map<Category, LongAdder>> refusals = new EnumMap<>(Party.class);

  /** How a thread waits. */
  interface Sleep {
    void millis(long millis) throws InterruptedException;
  }

  /** A bucket to charge, and what to say when it is empty. */
  private record Due(Party party, Category category, String tenantId, Rate rate, Bucket bucket) {}

  /** For the container's proxy. */
  protected RateLimiter() {
    this.buckets = null;
    this.quotas = null;
    this.sleep = null;
    this.clientRates = Map.of();
    this.limitsClients = false;
    this.limitsTenants = false;
    this.sparesLoopback = false;
    this.clientIdleMs = 0;
  }

  @Inject
  public RateLimiter(Settings settings, ClusterBuckets buckets, TenantQuotas quotas) {
    this(settings, buckets, quotas, Thread::sleep);
  }

  RateLimiter(Settings settings, Buckets buckets, TenantQuotas quotas, Sleep sleep) {
    this.buckets = buckets;
    this.quotas = quotas;
    this.sleep = sleep;
    this.clientRates = LimitSettings.clientRates(settings);
    this.limitsClients = settings.get(AccessSettings.RATE_LIMIT_ENABLED);
    this.limitsTenants = settings.get(AccessSettings.TENANT_QUOTA_ENABLED);
    this.sparesLoopback =
        settings.get(AccessSettings.RATE_LIMIT_BYPASS_LOOPBACK) && !settings.isProduction();
    this.clientIdleMs = Math.max(MIN_IDLE_MS, settings.get(LimitSettings.RATE_LIMIT_TTL_MS));
    for (Party party : Party.values()) {
      Map<Category, LongAdder> counts = new EnumMap<>(Category.class);
      for (Category category : Category.values()) {
        counts.put(category, new LongAdder());
      }
      refusals.put(party, counts);
    }
  }

  @Override
  public void charge(List<Category> categories, Caller caller) {
    List<Due> due = due(categories, caller);
    long waitedMs = 0;
    boolean waited = false;
    while (!due.isEmpty()) {
      Decision decision = buckets.charge(due.stream().map(Due::bucket).toList());
      if (decision.admitted()) {
        return;
      }
      if (decision.denied() > 0) {
        waitedMs = 0;
        waited = false;
      }
      due = due.subList(decision.denied(), due.size());
      Due empty = due.getFirst();
      if (waited || empty.rate().maxWaitMs() == 0 || !waiting.tryAcquire()) {
        throw refusal(empty, decision.retryAfterMs(), waitedMs);
      }
      waitedMs = await(empty, decision.retryAfterMs());
      waited = true;
    }
  }

  /** Requests refused so far. */
  public long refused(Party party, Category category) {
    return refusals.get(party).get(category).sum();
  }

  private List<Due> due(List<Category> categories, Caller caller) {
    List<Due> due = new ArrayList<>(2 * categories.size());
    for (Category category : categories) {
      if (limitsClients && !spares(category, caller)) {
        Rate rate = clientRates.get(category);
        due.add(due(Party.CLIENT, category, caller, client(caller), rate, clientIdleMs));
      }
      if (limitsTenants) {
        Rate rate = quotas.of(caller.tenantId(), category);
        // A changed quota starts a bucket of its own, as in the reference.
        String name = bounded(caller.tenantId()) + ":" + rate.rps() + ":" + rate.burst();
        due.add(due(Party.TENANT, category, caller, name, rate, TENANT_IDLE_MS));
      }
    }
    return due;
  }

  private static Due due(
      Party party, Category category, Caller caller, String name, Rate rate, long idleMs) {
    String key = party.label() + ":" + category.label() + ":" + name;
    Bucket bucket = new Bucket(key, rate.rps(), rate.burst(), idleMs);
    return new Due(party, category, caller.tenantId(), rate, bucket);
  }

  private boolean spares(Category category, Caller caller) {
    return sparesLoopback
        && category != Category.RECALL_TEXT_EMBED
        && ClientAddress.isLoopback(caller.clientAddress());
  }

  private static String client(Caller caller) {
    if (caller.isAdmin()) {
      return "admin";
    }
    return caller
        .principal()
        .map(principal -> "key:" + principal.fingerprint())
        .orElseGet(() -> "ip:" + bounded(caller.clientAddress()));
  }

  /** Names are what callers sent: of any length. */
  private static String bounded(String name) {
    return name.length() <= MAX_NAME ? name : "sha256=" + Hashes.sha256Hex(name);
  }

  /** Waits as long as a token takes, within the limit's patience and the request's own. */
  private long await(Due empty, long retryAfterMs) {
    long wait = Math.min(empty.rate().maxWaitMs(), Math.max(1, retryAfterMs));
    wait = Math.min(wait, Deadline.current().remaining().toMillis());
    try {
      sleep.millis(wait);
      return wait;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(503, "server_stopping", "the server is stopping", null, 1);
    } finally {
      waiting.release();
    }
  }

  private ApiException refusal(Due empty, long retryAfterMs, long waitedMs) {
    refusals.get(empty.party()).get(empty.category()).increment();
    ObjectNode details = Jsons.object();
    String code = "rate_limited_" + empty.category().label();
    if (empty.party() == Party.TENANT) {
      code = "tenant_" + code;
      details.put("tenant_id", empty.tenantId());
    }
    details.put("retry_after_ms", retryAfterMs).put("waited_ms", waitedMs);
    int seconds = (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(retryAfterMs, 1000L));
    return new ApiException(
        429, code, "too many requests; retry after " + seconds + " s", details, seconds);
  }
}
