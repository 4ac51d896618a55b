package io.perdura.audit;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Where calls leave their rows (ADR 18).
 *
 * <p>The row of a call that commits something goes with its transaction ({@link #committed}), any
 * other into this server's spool before its answer ({@link #spool}). Rows on their way arrive in
 * the table within half a second, and are linked by the server that holds the sequencer.
 */
@ApplicationScoped
public class AuditTrail {
  private static final Logger LOG = Logger.getLogger(AuditTrail.class.getName());
  private static final String DIRECTORY = "audit-spool";
  private static final long INTERVAL_MS = 250;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int REFUSALS_PER_LINE = 1_000;
  private static final long MEGABYTE = 1024L * 1024;

  private final Database database;
  private final Clock clock;
  private final SpoolFiles files;
  private final long maxBytes;
  private final int syncMs;
  private final AnonymousCap cap;
  private final LongAdder refused = new LongAdder();
  private final List<Future<?>> tasks = new ArrayList<>();
  private volatile String stream = "";
  private volatile Spool spool;
  private volatile Shipper shipper;
  private volatile Sequencer sequencer;
  private String node;
  private long syncedAt = System.nanoTime();

  /** For the container's proxy. */
  protected AuditTrail() {
    this.database = null;
    this.clock = null;
    this.files = null;
    this.maxBytes = 0;
    this.syncMs = 0;
    this.cap = null;
  }

  @Inject
  public AuditTrail(Database database, Settings settings, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.files = new SpoolFiles(Path.of(settings.get(CoreSettings.PERDURA_STATE_DIR), DIRECTORY));
    this.maxBytes = settings.get(AuditSettings.PERDURA_AUDIT_SPOOL_MAX_MB) * MEGABYTE;
    this.syncMs = settings.get(AuditSettings.PERDURA_AUDIT_SPOOL_SYNC_MS);
    this.cap = new AnonymousCap(settings.get(AuditSettings.PERDURA_AUDIT_ANONYMOUS_PER_MINUTE));
  }

  /** Opens the spool of this server and starts what carries its rows on. */
  public synchronized void start(String nodeId, ScheduledExecutorService executor) {
    open(nodeId);
    tasks.add(every(executor, this::carry));
    tasks.add(every(executor, this::link));
  }

  /** Ships what is left, without database leaves it in the files, and stops. */
  public synchronized void stop() {
    tasks.forEach(task -> task.cancel(false));
    tasks.clear();
    quietly("stop", () -> sequencer.stop());
    quietly(
        "finish",
        () -> {
          tellDropped(cap.heldAtAll());
          if (shipper != null) {
            shipper.finish();
          }
        });
  }

  synchronized void open(String nodeId) {
    node = nodeId;
    stream = StreamName.of(nodeId, clock.instant());
    sequencer = new Sequencer(database, stream);
    try {
      openSpool();
    } catch (IOException e) {
      LOG.log(Level.SEVERE, "the audit spool cannot be opened; calls are refused until it can", e);
    }
  }

  private synchronized Spool openSpool() throws IOException {
    if (spool == null && !stream.isEmpty()) {
      files.prepare();
      Spool opened = new Spool(files, stream, maxBytes, syncMs == 0);
      shipper = new Shipper(database, files, opened, node);
      spool = opened;
    }
    return spool;
  }

  private static Future<?> every(ScheduledExecutorService executor, Runnable task) {
    return executor.scheduleWithFixedDelay(task, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  /** Makes the row of a call for the transaction that it commits. */
  public AuditRow committed(CallFacts facts, Caller caller) {
    EntryText text = EntryText.of(facts, caller);
    Spool current = spool;
    long after = current == null ? 0 : current.last();
    return new AuditRow(facts.chain(), text.key(), text.committed(stream, after), text.personal());
  }

  /**
   * Writes the row of a call into the spool; returns once this process may die.
   *
   * @throws ApiException 503 {@code audit_unavailable} when it cannot be written
   */
  public void spool(CallFacts facts, Caller caller) {
    if (facts.chain().equals(Chains.ANONYMOUS) && !cap.pass(clock.instant())) {
      return;
    }
    try {
      append(facts, caller);
    } catch (IOException e) {
      refused.increment();
      if (refused.sum() % REFUSALS_PER_LINE == 1) {
        LOG.log(
            Level.SEVERE,
            "calls are refused because audit rows cannot be written: {0}",
            e.getMessage());
      }
      throw new ApiException(
          503, "audit_unavailable", "the server cannot record this call now", null, 5);
    }
  }

  private void append(CallFacts facts, Caller caller) throws IOException {
    Spool current = spool == null ? openSpool() : spool;
    if (current == null) {
      throw new IOException("the server is starting");
    }
    current.append(facts.chain(), EntryText.of(facts, caller));
  }

  /** Forces the spool to the disk when that is due, and ships it. */
  void carry() {
    quietly(
        "carry",
        () -> {
          Instant now = clock.instant();
          tellDropped(cap.heldBefore(now));
          Spool current = openSpool();
          if (System.nanoTime() - syncedAt >= TimeUnit.MILLISECONDS.toNanos(syncMs)) {
            current.sync();
            syncedAt = System.nanoTime();
          }
          shipper.run();
        });
  }

  /** Links what has arrived, if this server is the one to do it. */
  void link() {
    quietly("link", () -> sequencer.run());
  }

  private void tellDropped(long count) throws IOException {
    if (count > 0) {
      try {
        append(CallFacts.dropped(count, clock.instant()), Caller.NOBODY);
      } catch (IOException e) {
        cap.stillHeld(count);
        throw e;
      }
    }
  }

  private static void quietly(String name, Step step) {
    Deadline.Scope deadline = Deadline.start(PATIENCE);
    try {
      step.run();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "audit: " + name + " failed; it is tried again", e);
    } catch (ApiException e) {
      LOG.log(Level.FINE, "audit: {0} waits for the database", name);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "audit: " + name + " failed; it is tried again", e);
    } finally {
      deadline.close();
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** Figures of this server's part of the trail. */
  public TrailFigures figures() {
    return new TrailFigures(
        sequencer == null ? 0 : sequencer.linked(),
        sequencer == null ? 0 : sequencer.lagSeconds(),
        sequencer != null && sequencer.isHolding(),
        sequencer == null ? 0 : sequencer.fenced(),
        files.bytes(),
        shipper == null ? 0 : shipper.ageSeconds(),
        refused.sum(),
        cap.total());
  }

  /** Whether calls can leave their rows now. */
  public boolean isOpen() {
    return spool != null;
  }
}
