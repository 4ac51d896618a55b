package io.perdura.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.util.Arrays;

/** Walks along one chain and stops at the first link that does not hold. */
final class ChainCheck {
  /** What is wrong at a place of a chain. */
  enum Fault {
    /** The row of that number is not there. */
    ROW_MISSING,
    /** The row is not the one that was linked, or its number, time or hash is not. */
    ROW_CHANGED,
    /** The row follows another one than the row before it. */
    LINK_BROKEN,
    /** What it says about the caller is not what was linked. */
    PERSONAL_CHANGED,
    /** The end of the chain is not where it was. */
    HEAD_CHANGED,
    /** A change of the control plane that the row vouches for is gone or was altered. */
    CHANGE_ALTERED
  }

  /** A row as it is stored; {@code personal} null when it was erased. */
  record Row(
      long seq, long recordedMicros, String entry, String personal, byte[] previous, byte[] hash) {}

  private final String chain;
  private long seq;
  private byte[] hash;
  private long faultSeq;
  private Fault fault;

  /** Starts behind the anchor. */
  ChainCheck(String chain, long anchorSeq, byte[] anchorHash) {
    this.chain = chain;
    this.seq = anchorSeq;
    this.hash = anchorHash;
  }

  /** Looks at the next row; returns its entry as JSON, null once the chain is broken. */
  JsonNode next(Row row) {
    if (fault != null) {
      return null;
    }
    if (row.seq() != seq + 1) {
      return fail(row.seq() > seq ? Fault.ROW_MISSING : Fault.ROW_CHANGED, seq + 1);
    }
    byte[] computed =
        ChainHash.of(row.previous(), chain, row.seq(), row.recordedMicros(), row.entry());
    if (!Arrays.equals(computed, row.hash())) {
      return fail(Fault.ROW_CHANGED, row.seq());
    }
    if (!Arrays.equals(row.previous(), hash)) {
      return fail(Fault.LINK_BROKEN, row.seq());
    }
    JsonNode entry = Jsons.stored(row.entry());
    if (row.personal() != null
        && !Hashes.sha256Hex(row.personal()).equals(entry.path("personal").asText())) {
      return fail(Fault.PERSONAL_CHANGED, row.seq());
    }
    seq = row.seq();
    hash = row.hash();
    return entry;
  }

  /** Compares the last row with the end that was noted. */
  void end(long headSeq, byte[] headHash) {
    if (fault == null && seq < headSeq) {
      fail(Fault.ROW_MISSING, seq + 1);
    } else if (fault == null && (seq != headSeq || !Arrays.equals(hash, headHash))) {
      fail(Fault.HEAD_CHANGED, seq);
    }
  }

  /** Notes a fault that was found outside; the earlier one counts. */
  void fault(Fault found, long at) {
    if (fault == null || at < faultSeq) {
      fail(found, at);
    }
  }

  private JsonNode fail(Fault found, long at) {
    fault = found;
    faultSeq = at;
    return null;
  }

  /** The first fault, null when there is none. */
  Fault fault() {
    return fault;
  }

  long faultSeq() {
    return faultSeq;
  }
}
