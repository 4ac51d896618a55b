package io.perdura.batch;

import io.perdura.embedding.EmbeddingFailure;
import io.perdura.kernel.Settings;
import io.perdura.memory.GenerationBackfill;
import io.perdura.memory.MemorySettings;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Embeds one page of a scope. After the last page the scope is switched to the new generation, and
 * once no server can still be searching the old one, its vectors are dropped.
 */
@Dependent
@Named("backfillProcessor")
public class BackfillProcessor implements ItemProcessor {
  private static final Logger LOG = Logger.getLogger(BackfillProcessor.class.getName());

  /** Stands behind every node: the scope has no more pages. */
  private static final UUID END = new UUID(-1L, -1L);

  private static final int DROP = 2_000;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How long a provider may be away before the execution fails; it can be restarted. */
  private static final Duration PATIENCE = Duration.ofHours(2);

  private static final Duration LEAST_GRACE = Duration.ofSeconds(2);

  @Inject private GenerationBackfill backfill;
  @Inject private Settings settings;
  @Inject private Apart apart;
  @Inject private JobContext job;
  @Inject private StepContext step;

  @Inject
  @BatchProperty(name = "page")
  private String pageSize;

  static boolean isScopeDone(BackfillPosition position) {
    return END.equals(position.after());
  }

  @Override
  public GenerationBackfill.Page processItem(Object item) throws Exception {
    BackfillPosition position = (BackfillPosition) item;
    GenerationBackfill.Page page = patiently(position);
    if (page == null) {
      return null;
    }
    UUID after = page.last();
    if (after == null) {
      if (!finish(position.scope())) {
        return null;
      }
      after = END;
    }
    step.setTransientUserData(new BackfillPosition(position.scope(), after));
    return page;
  }

  /** Waits for a provider that is away; null when the job is to stop meanwhile. */
  private GenerationBackfill.Page patiently(BackfillPosition position) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return apart.call(
            () -> backfill.page(position.scope(), position.after(), Integer.parseInt(pageSize)));
      } catch (EmbeddingFailure e) {
        if (!e.isRetryable() || System.nanoTime() - end > 0) {
          throw e;
        }
        LOG.log(
            Level.WARNING,
            "backfill waits {0} s for the provider: {1}",
            new Object[] {pause.toSeconds(), e.getMessage()});
        if (!rest(pause)) {
          return null;
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  /**
   * Switches the scope and drops what it leaves behind; false when the job is to stop meanwhile.
   */
  private boolean finish(String scope) throws Exception {
    boolean switched = apart.call(() -> backfill.switchScope(scope));
    LOG.log(
        Level.INFO,
        switched ? "scope {0} is now on the configured model" : "scope {0} was switched before",
        scope);
    boolean going = rest(grace());
    while (going && apart.call(() -> backfill.dropOld(scope, DROP)) > 0) {
      going = !isStopping();
    }
    return going;
  }

  /** Longer than any server remembers which generation serves a scope. */
  private Duration grace() {
    int remembered = settings.get(MemorySettings.PERDURA_GENERATION_CACHE_MS);
    return Duration.ofMillis(2L * remembered).plus(LEAST_GRACE);
  }

  /** Pauses; false when the job is to stop. */
  private boolean rest(Duration pause) throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() - end < 0) {
      if (isStopping()) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return true;
  }

  private boolean isStopping() {
    return job.getBatchStatus() != BatchStatus.STARTED;
  }
}
