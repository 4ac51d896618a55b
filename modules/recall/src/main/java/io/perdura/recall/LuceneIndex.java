package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * Candidates from a Lucene index beside the server, where the database cannot search vectors. For
 * one process only (role all).
 *
 * <p>Derived from the stored vectors and never the only copy. A commit remembers what it was made
 * from; after a restart or a kill only what changed since is read, and the index is built anew when
 * that cannot be known. A search first takes in what was committed before it; while it cannot (the
 * index is being built, a large change is being taken in, the disk fails) the stored vectors are
 * compared instead: slower, and as right.
 */
final class LuceneIndex implements CandidateIndex, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LuceneIndex.class.getName());

  /** A change that no event told of (another process, a trigger) is seen after this time. */
  private static final Duration UNTOLD = Duration.ofSeconds(1);

  /** A search waits this long for its turn to take in changes, then compares stored vectors. */
  private static final long PATIENCE_MS = 250;

  /** After a fault of the files, and between commits that only move the position on. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final VectorFeed feed;
  private final Path directory;
  private final LuceneSearch search;
  private final Duration commitAfter;
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicLong told = new AtomicLong();

  private volatile LuceneStore store;
  private volatile boolean building;
  private volatile boolean closed;
  private volatile long taken = -1;
  private volatile long lookedAt;
  private volatile long notBefore = System.nanoTime();
  private volatile String fault;
  private VectorFeed.Position position;
  private boolean dirty;
  private long committedAt;
  private Thread upkeep;

  LuceneIndex(Database database, Settings settings, Path directory) {
    this(new VectorFeed(database), settings, directory, Duration.ofSeconds(2));
  }

  LuceneIndex(VectorFeed feed, Settings settings, Path directory, Duration commitAfter) {
    this.feed = feed;
    this.directory = directory;
    this.search =
        new LuceneSearch(
            settings.get(RecallSettings.PERDURA_EXACT_SCAN_LIMIT),
            settings.get(RecallSettings.PERDURA_HNSW_EF_SEARCH));
    this.commitAfter = commitAfter;
  }

  @Override
  public String engine() {
    return "lucene";
  }

  @Override
  public IndexStatus status() {
    if (building) {
      return new IndexStatus(
          "lucene", false, "the index is being built; searches compare stored vectors meanwhile");
    }
    String problem = fault;
    return problem == null
        ? new IndexStatus("lucene", true, "vectors are searched in " + directory)
        : new IndexStatus("lucene", false, problem + "; searches compare stored vectors meanwhile");
  }

  /** Says that vectors were written or removed; the next search takes them in. */
  void touch() {
    told.incrementAndGet();
  }

  @Override
  public Candidates nearest(CandidateQuery query) {
    if (!Vectors.hasDirection(query.vector())) {
      return Candidates.NONE;
    }
    if (isCurrent() || takeTurn()) {
      LuceneStore open = store;
      try {
        if (open != null) {
          return search(open, query);
        }
      } catch (IOException | AlreadyClosedException e) {
        failed(open, e);
      }
    }
    return feed.scan(query);
  }

  private Candidates search(LuceneStore open, CandidateQuery query) throws IOException {
    IndexSearcher searcher = open.acquire();
    try {
      return search.nearest(searcher, query);
    } finally {
      open.release(searcher);
    }
  }

  /** Builds everything anew; searches compare stored vectors meanwhile. */
  @Override
  public long rebuild() {
    turn.lock();
    try {
      requireOpen();
      building = true;
      if (store == null) {
        store = LuceneStore.open(directory);
        startUpkeep();
      }
      return fill();
    } catch (IOException | AlreadyClosedException e) {
      failed(store, e);
      throw new IllegalStateException("the candidate index could not be built", e);
    } catch (RuntimeException e) {
      abandon(store);
      throw e;
    } finally {
      building = false;
      turn.unlock();
    }
  }

  /** Commits and closes; what was not committed is read from the database again. */
  @Override
  public void close() {
    closed = true;
    turn.lock();
    try {
      if (upkeep != null) {
        upkeep.interrupt();
      }
      if (store != null) {
        commit();
      }
    } catch (IOException | AlreadyClosedException e) {
      LOG.log(Level.WARNING, "the last changes of the candidate index are read again next time", e);
    } finally {
      abandon(store);
      turn.unlock();
    }
  }

  private boolean isCurrent() {
    return !building
        && store != null
        && taken >= told.get()
        && System.nanoTime() - lookedAt < UNTOLD.toNanos();
  }

  /** Returns whether everything committed before the call is in the index. */
  private boolean takeTurn() {
    if (building || System.nanoTime() - notBefore < 0) {
      return false;
    }
    try {
      if (!turn.tryLock(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      requireOpen();
      return isCurrent() || (store == null ? resume() : catchUp());
    } catch (IOException | UncheckedIOException | AlreadyClosedException e) {
      failed(store, e);
      return false;
    } finally {
      turn.unlock();
    }
  }

  private boolean catchUp() throws IOException {
    long wanted = told.get();
    long began = System.nanoTime();
    LuceneChange change = new LuceneChange(store, () -> closed);
    VectorFeed.Position next = feed.changes(position, change);
    if (!LuceneResume.follows(next, position)) {
      LOG.log(
          Level.WARNING,
          "the candidate index in {0} is built anew: the database is another one, or an earlier state",
          directory);
      abandon(store);
      buildBeside();
      return false;
    }
    if (change.count() > 0) {
      store.refresh();
      dirty = true;
    }
    position = next;
    lookedAt = began;
    taken = wanted;
    return true;
  }

  /** Takes up where the last commit stopped, or has everything built anew. */
  private boolean resume() throws IOException {
    long wanted = told.get();
    long began = System.nanoTime();
    VectorFeed.Position now = feed.position();
    LuceneStore opened = LuceneStore.open(directory);
    try {
      position = LuceneResume.resume(opened, feed, now, directory, () -> closed).orElse(null);
      if (position != null) {
        store = opened;
      }
    } finally {
      if (store == null) {
        opened.close();
      }
    }
    if (store == null) {
      buildBeside();
      return false;
    }
    committed();
    lookedAt = began;
    taken = wanted;
    startUpkeep();
    return true;
  }

  private void buildBeside() {
    building = true;
    Thread.ofPlatform().name("candidate-index-build").daemon().start(this::buildQuietly);
  }

  private void buildQuietly() {
    try {
      rebuild();
    } catch (RuntimeException e) {
      if (!closed) {
        notBefore = System.nanoTime() + PAUSE.toNanos();
        fault = "the index could not be built";
        LOG.log(Level.WARNING, "the candidate index could not be built; trying again later", e);
      }
    }
  }

  private long fill() throws IOException {
    long began = System.nanoTime();
    long wanted = told.get();
    store.clear();
    position = feed.all(new LuceneChange(store, () -> closed));
    store.refresh();
    commit();
    lookedAt = began;
    taken = wanted;
    long size = store.size();
    LOG.log(
        Level.INFO,
        "built the candidate index of {0} vectors in {1} ms",
        new Object[] {size, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)});
    return size;
  }

  private void commit() throws IOException {
    store.commit(position);
    committed();
  }

  private void committed() {
    dirty = false;
    committedAt = System.nanoTime();
    fault = null;
  }

  private void startUpkeep() {
    if (upkeep == null) {
      upkeep = Thread.ofPlatform().name("candidate-index").daemon().start(this::keepUp);
    }
  }

  /** Takes in and commits what no search waits for, so that neither grows without bound. */
  private void keepUp() {
    while (!closed) {
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(commitAfter.toNanos(), UNTOLD.toNanos()));
        if (!building && turn.tryLock()) {
          try {
            keepUpOnce();
          } finally {
            turn.unlock();
          }
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | UncheckedIOException | AlreadyClosedException e) {
        failed(store, e);
      } catch (RuntimeException e) {
        LOG.log(Level.FINE, "the candidate index waits for the database", e);
      }
    }
  }

  private void keepUpOnce() throws IOException {
    if (closed || store == null) {
      return;
    }
    boolean current = taken >= told.get() && System.nanoTime() - lookedAt < PAUSE.toNanos();
    if (current || catchUp()) {
      long since = System.nanoTime() - committedAt;
      if (since > PAUSE.toNanos() || (dirty && since > commitAfter.toNanos())) {
        commit();
      }
    }
  }

  /** The files are opened again, and verified, after a pause. */
  private void failed(LuceneStore open, Exception e) {
    if (closed || store != open) {
      return;
    }
    notBefore = System.nanoTime() + PAUSE.toNanos();
    fault = "the files in " + directory + " cannot be used";
    LOG.log(Level.WARNING, "the candidate index in " + directory + " failed", e);
    abandon(open);
  }

  private void abandon(LuceneStore open) {
    if (open == null) {
      return;
    }
    turn.lock();
    try {
      if (store == open) {
        store = null;
      }
      open.close();
    } catch (IOException | AlreadyClosedException e) {
      LOG.log(Level.FINE, "closing what failed", e);
    } finally {
      turn.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the candidate index is closed");
    }
  }
}
