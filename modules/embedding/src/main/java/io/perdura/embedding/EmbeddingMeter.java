package io.perdura.embedding;

import java.util.function.Supplier;

/** Where figures about embedding go. */
interface EmbeddingMeter {
  /** Counts nothing. */
  EmbeddingMeter NONE =
      new EmbeddingMeter() {
        @Override
        public void call(String provider, String use, String outcome, int texts, long nanos) {}

        @Override
        public void query(String source) {}

        @Override
        public void gauge(String name, String description, Supplier<Number> value) {}
      };

  /**
   * Counts one call to a provider.
   *
   * @param use {@code document} or {@code query}
   * @param outcome {@code ok} or the label of the failure's kind
   * @param nanos how long the call took
   */
  void call(String provider, String use, String outcome, int texts, long nanos);

  /**
   * Counts one query by where its vector came from: {@code cache}, {@code flight}, {@code
   * provider}.
   */
  void query(String source);

  /** Offers a value to be read at any time. */
  void gauge(String name, String description, Supplier<Number> value);
}
