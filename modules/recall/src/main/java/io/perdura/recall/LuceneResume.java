package io.perdura.recall;

import io.perdura.memory.MemoryHousekeeping;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Takes up Lucene files where their last commit stopped, if that can be proven to be enough. */
final class LuceneResume {
  private static final Logger LOG = Logger.getLogger(LuceneResume.class.getName());

  /** A day less than removals are kept, as they carry the time when their transaction began. */
  private static final long REMOVALS_KEPT =
      MemoryHousekeeping.TOMBSTONES_KEPT.minusDays(1).toSeconds();

  private LuceneResume() {}

  /** Tells whether {@code next} is a later state of what {@code last} was, all removals known. */
  static boolean follows(VectorFeed.Position next, VectorFeed.Position last) {
    return next.follows(last, REMOVALS_KEPT);
  }

  /**
   * Brings files up to date and commits them. Empty when they have to be built anew, which is
   * logged with the reason.
   */
  static Optional<VectorFeed.Position> resume(
      LuceneStore store,
      VectorFeed feed,
      VectorFeed.Position now,
      Path directory,
      BooleanSupplier stop)
      throws IOException {
    long began = System.nanoTime();
    Optional<VectorFeed.Position> last = store.position();
    if (last.isEmpty()) {
      return anew(directory, "there is none, or none of this version");
    }
    if (!follows(now, last.get())) {
      return anew(directory, "it is of another database or state, or older than removals are kept");
    }
    LuceneChange change = new LuceneChange(store, stop);
    VectorFeed.Reading reading = feed.changesAndCount(last.get(), change);
    store.refresh();
    if (store.size() != reading.eligible()) {
      return anew(
          directory,
          "it has %d vectors and the database %d".formatted(store.size(), reading.eligible()));
    }
    store.commit(reading.position());
    LOG.log(
        Level.INFO,
        "took up the candidate index: {0} vectors, {1} changes since, {2} ms",
        new Object[] {
          reading.eligible(),
          change.count(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
        });
    return Optional.of(reading.position());
  }

  private static Optional<VectorFeed.Position> anew(Path directory, String reason) {
    LOG.log(
        Level.INFO,
        "the candidate index in {0} is built from the database: {1}",
        new Object[] {directory, reason});
    return Optional.empty();
  }
}
