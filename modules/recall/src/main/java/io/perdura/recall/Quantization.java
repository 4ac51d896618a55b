package io.perdura.recall;

import io.perdura.kernel.Settings;
import java.util.Locale;

/** What the HNSW index of pgvector holds of each vector; see docs/adr/0020. */
enum Quantization {
  /** All of it. */
  OFF("memory_vectors_hnsw_", 4000),

  /** The signs of its values: what the walk finds is compared in full afterwards. */
  BITS("memory_vectors_bits_", 16_000);

  private final String indexPrefix;
  private final int longest;

  Quantization(String indexPrefix, int longest) {
    this.indexPrefix = indexPrefix;
    this.longest = longest;
  }

  static Quantization of(Settings settings) {
    return valueOf(settings.get(RecallSettings.PERDURA_HNSW_QUANTIZATION).toUpperCase(Locale.ROOT));
  }

  /** Each kind has a name of its own: servers of either setting may run side by side. */
  String indexName(int generation) {
    return indexPrefix + generation;
  }

  Quantization other() {
    return this == OFF ? BITS : OFF;
  }

  /** Tells whether vectors of this length can be indexed at all. */
  boolean isIndexable(int dimension) {
    return dimension <= longest;
  }
}
