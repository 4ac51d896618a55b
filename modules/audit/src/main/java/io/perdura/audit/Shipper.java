package io.perdura.audit;

import io.perdura.kernel.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Brings spooled rows to the database: those of this process, and those that a process before it
 * left in the same directory.
 *
 * <p>A row arrives once however often it is sent: the database keeps a mark for each stream and
 * takes only what follows it.
 */
final class Shipper {
  private static final long SEEN_NANOS = 5_000_000_000L;
  private static final long ORPHANS_NANOS = 10_000_000_000L;

  private final ShipSql sql;
  private final SpoolFiles files;
  private final Spool spool;
  private final String node;
  private Way own;
  private volatile long shipped;
  private volatile long caughtUpAt = System.nanoTime();
  private long seenAt = System.nanoTime();
  private long orphansAt = System.nanoTime() - ORPHANS_NANOS;

  Shipper(Database database, SpoolFiles files, Spool spool, String node) {
    this.sql = new ShipSql(database);
    this.files = files;
    this.spool = spool;
    this.node = node;
  }

  /** How far a stream is on its way. */
  private static final class Way {
    final String stream;
    long shipped;
    int damaged;
    Path segment;
    long offset;

    Way(String stream, long shipped) {
      this.stream = stream;
      this.shipped = shipped;
    }
  }

  /** Up to which row the own stream has arrived. */
  long shipped() {
    return shipped;
  }

  /**
   * Ships everything there is.
   *
   * @throws IOException when the files cannot be read
   */
  synchronized void run() throws IOException {
    if (own == null) {
      own = new Way(spool.stream(), sql.open(spool.stream(), node));
    }
    long now = System.nanoTime();
    ship(own, files.streams().getOrDefault(own.stream, List.of()));
    shipped = own.shipped;
    caughtUpAt = now;
    if (now - seenAt >= SEEN_NANOS) {
      sql.seen(own.stream);
      seenAt = now;
    }
    if (now - orphansAt >= ORPHANS_NANOS) {
      adopt();
      orphansAt = now;
    }
  }

  /** Ships what is left and says so; without database the files wait for the next process. */
  synchronized void finish() throws IOException {
    run();
    sql.close(own.stream, own.damaged);
    spool.close();
    delete(files.streams().getOrDefault(own.stream, List.of()));
    spool.hold().remove();
  }

  private void adopt() throws IOException {
    for (Map.Entry<String, List<Path>> stream : files.streams().entrySet()) {
      SpoolFiles.Hold hold =
          stream.getKey().equals(own.stream) ? null : files.hold(stream.getKey());
      if (hold != null) {
        try (hold) {
          adopt(stream.getKey(), stream.getValue());
          hold.remove();
        }
      }
    }
  }

  private void adopt(String stream, List<Path> segments) throws IOException {
    Way way = new Way(stream, sql.open(stream, StreamName.node(stream)));
    ship(way, segments);
    sql.close(stream, way.damaged);
    delete(segments);
  }

  private void ship(Way way, List<Path> segments) throws IOException {
    for (Path segment : segments) {
      if (way.segment != null && SpoolFiles.firstSeq(segment) < SpoolFiles.firstSeq(way.segment)) {
        continue;
      }
      boolean finished = !spool.isOpen(segment);
      ship(way, segment);
      if (finished && way.stream.equals(spool.stream())) {
        Files.deleteIfExists(segment);
      }
    }
  }

  private void ship(Way way, Path segment) throws IOException {
    if (!segment.equals(way.segment)) {
      way.segment = segment;
      way.offset = 0;
    }
    while (true) {
      SpoolReader.Piece piece = SpoolReader.read(segment, way.offset, spool.readable(segment));
      List<SpoolLine> rows = piece.rows().stream().filter(row -> row.seq() > way.shipped).toList();
      if (!rows.isEmpty() && !sql.ship(way.stream, way.shipped, rows, way.damaged)) {
        // Sent before, and the answer was lost: ask how far it came, and look at the piece again.
        way.shipped = sql.open(way.stream, StreamName.node(way.stream));
        continue;
      }
      if (!rows.isEmpty()) {
        way.shipped = rows.getLast().seq();
        way.damaged = 0;
      }
      way.damaged += piece.damaged();
      way.offset = piece.next();
      if (piece.end()) {
        return;
      }
    }
  }

  private static void delete(List<Path> segments) throws IOException {
    for (Path segment : segments) {
      Files.deleteIfExists(segment);
    }
  }

  /** Seconds since everything that had been written had arrived. */
  double ageSeconds() {
    return shipped >= spool.last() ? 0 : (System.nanoTime() - caughtUpAt) / 1e9;
  }
}
