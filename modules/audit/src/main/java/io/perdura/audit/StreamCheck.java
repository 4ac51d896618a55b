package io.perdura.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for rows that a server had spooled and that never arrived.
 *
 * <p>Rows of a stream are numbered without a gap. Rows that went to the database with a transaction
 * tell how far their server's stream was at that moment, so that the numbers of a spool that was
 * lost with its disk are known even when none of them arrived.
 */
final class StreamCheck {
  private static final int MOST_RANGES = 20;

  /** What the table of streams says. */
  record Stream(
      String name, String node, long shipped, long damaged, boolean live, boolean closed) {}

  private static final class Seen {
    final BitSet rows = new BitSet();
    long promised;
    long firstKept = Long.MAX_VALUE;
  }

  private final Map<String, Seen> streams = new TreeMap<>();
  private final long prunedMicros;

  /**
   * @param prunedMicros rows recorded before may have been pruned, whatever their number
   */
  StreamCheck(long prunedMicros) {
    this.prunedMicros = prunedMicros;
  }

  void add(JsonNode entry, long recordedMicros) {
    Seen seen = streams.computeIfAbsent(entry.path("spool").asText(), name -> new Seen());
    long seq = entry.path("seq").asLong();
    if (seq > 0 && seq < Integer.MAX_VALUE) {
      seen.rows.set((int) seq);
      if (recordedMicros >= prunedMicros) {
        seen.firstKept = Math.min(seen.firstKept, seq);
      }
    }
    seen.promised = Math.max(seen.promised, Math.max(seq, entry.path("after").asLong()));
  }

  /**
   * Adds what is wrong with the streams to {@code faults}, and what cannot be known to {@code
   * notes}.
   */
  void report(Map<String, Stream> known, ArrayNode faults, ArrayNode notes) {
    for (Map.Entry<String, Seen> entry : streams.entrySet()) {
      String name = entry.getKey();
      Stream stream =
          known.getOrDefault(name, new Stream(name, StreamName.node(name), 0, 0, false, false));
      report(stream, entry.getValue(), faults, notes);
    }
    known.values().stream()
        .filter(stream -> !streams.containsKey(stream.name()))
        .forEach(stream -> report(stream, new Seen(), faults, notes));
  }

  private void report(Stream stream, Seen seen, ArrayNode faults, ArrayNode notes) {
    long first = prunedMicros == Long.MIN_VALUE ? 1 : seen.firstKept;
    long arrived = Math.max(stream.shipped(), seen.rows.length() - 1L);
    // What a living server has promised may still be on its way.
    long last = stream.live() ? arrived : Math.max(arrived, seen.promised);
    ArrayNode missing = Jsons.array();
    long count = missing(seen.rows, first, last, missing);
    if (count > 0) {
      fault(faults, stream, "rows_missing").put("rows", count).set("ranges", missing);
    }
    if (stream.damaged() > 0) {
      fault(faults, stream, "rows_damaged").put("rows", stream.damaged());
    }
    if (!stream.live() && !stream.closed()) {
      notes
          .addObject()
          .put("spool", stream.name())
          .put("node", stream.node())
          .put("note", "never_finished")
          .put("arrived", arrived);
    }
  }

  private static ObjectNode fault(ArrayNode faults, Stream stream, String fault) {
    return faults
        .addObject()
        .put("spool", stream.name())
        .put("node", stream.node())
        .put("fault", fault);
  }

  private static long missing(BitSet rows, long first, long last, ArrayNode ranges) {
    long count = 0;
    long at = first;
    while (at <= last) {
      long gap = rows.nextClearBit((int) at);
      if (gap > last) {
        break;
      }
      int next = rows.nextSetBit((int) gap);
      long end = next < 0 ? last : Math.min(last, next - 1L);
      count += end - gap + 1;
      if (ranges.size() < MOST_RANGES) {
        ranges.addArray().add(gap).add(end);
      }
      at = end + 1;
    }
    return count;
  }
}
