package io.perdura.recall;

import java.util.function.Supplier;

/** Where figures about recall go. Names are without the prefix {@code perdura_recall_}. */
interface RecallMeter {
  /** Counts nothing. */
  RecallMeter NONE =
      new RecallMeter() {
        @Override
        public void stage(String stage, long nanos) {}

        @Override
        public void count(String name, long by) {}

        @Override
        public void found(String arm, int hits) {}

        @Override
        public void gauge(String name, String description, Supplier<Number> value) {}
      };

  /** Times one run of a stage. */
  void stage(String stage, long nanos);

  /** Counts an event. */
  void count(String name, long by);

  /** Counts what one arm found for one query. */
  void found(String arm, int hits);

  /** Offers a value to be read at any time. */
  void gauge(String name, String description, Supplier<Number> value);
}
