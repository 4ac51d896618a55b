package io.perdura.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows with the places in their chains that they are to get. */
final class Links {
  private record Head(long seq, byte[] hash) {}

  private final List<Long> arrivals = new ArrayList<>();
  private final List<Long> seqs = new ArrayList<>();
  private final List<byte[]> prevHashes = new ArrayList<>();
  private final List<byte[]> hashes = new ArrayList<>();
  private final Map<String, Head> heads = new LinkedHashMap<>();

  /** Puts each row behind the one before it in its chain. */
  static Links of(List<SequencerSql.Waiting> rows) {
    Links links = new Links();
    rows.forEach(links::add);
    return links;
  }

  private void add(SequencerSql.Waiting row) {
    Head head = heads.getOrDefault(row.chain(), new Head(row.headSeq(), row.headHash()));
    long seq = head.seq + 1;
    byte[] hash = ChainHash.of(head.hash, row.chain(), seq, row.recordedMicros(), row.entry());
    arrivals.add(row.arrival());
    seqs.add(seq);
    prevHashes.add(head.hash);
    hashes.add(hash);
    heads.put(row.chain(), new Head(seq, hash));
  }

  int size() {
    return arrivals.size();
  }

  Object[] arrivals() {
    return arrivals.toArray();
  }

  Object[] seqs() {
    return seqs.toArray();
  }

  byte[][] prevHashes() {
    return prevHashes.toArray(byte[][]::new);
  }

  byte[][] hashes() {
    return hashes.toArray(byte[][]::new);
  }

  Object[] chains() {
    return heads.keySet().toArray();
  }

  Object[] headSeqs() {
    return heads.values().stream().map(Head::seq).toArray();
  }

  byte[][] headHashes() {
    return heads.values().stream().map(Head::hash).toArray(byte[][]::new);
  }
}
