package io.perdura.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads rows out of a segment, a piece at a time. */
final class SpoolReader {
  private static final int PIECE = 1024 * 1024;
  private static final int ROWS = 1_000;

  private SpoolReader() {}

  /**
   * Rows found, where to go on, and how many lines were not as they had been written.
   *
   * @param end true when nothing can be read beyond {@code next}: the segment's end, or the half of
   *     a line that a dying process left
   */
  record Piece(List<SpoolLine> rows, long next, int damaged, boolean end) {}

  /**
   * Reads on from {@code offset}.
   *
   * @param limit bytes of the segment that may be looked at
   */
  static Piece read(Path segment, long offset, long limit) throws IOException {
    byte[] bytes;
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "r")) {
      file.seek(offset);
      bytes = new byte[(int) Math.min(PIECE, Math.max(0, limit - offset))];
      file.readFully(bytes);
    }
    List<SpoolLine> rows = new ArrayList<>();
    int damaged = 0;
    int at = 0;
    while (rows.size() < ROWS) {
      int end = lineEnd(bytes, at);
      if (end < 0) {
        // No line is as long as a piece, so this is the segment's end or the piece's.
        return new Piece(rows, offset + at, damaged, offset + bytes.length >= limit || at == 0);
      }
      Optional<SpoolLine> line = SpoolLine.parse(bytes, at, end);
      line.ifPresent(rows::add);
      damaged += line.isPresent() ? 0 : 1;
      at = end + 1;
    }
    return new Piece(rows, offset + at, damaged, offset + at >= limit);
  }

  private static int lineEnd(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
