package io.perdura.memory;

import java.util.function.Supplier;

/** Where this module reports how long its stages take. Safe for use by many threads. */
interface MemoryMeter {
  /** Measures nothing. */
  MemoryMeter NONE =
      new MemoryMeter() {
        @Override
        public void stage(String operation, String stage, long nanos) {}

        @Override
        public void count(String name, long by) {}

        @Override
        public void gauge(String name, String description, Supplier<Number> value) {}
      };

  /**
   * Records one stage of an operation, timer {@code perdura_memory_stage_seconds} with both as
   * tags.
   *
   * @param nanos duration in nanoseconds
   */
  void stage(String operation, String stage, long nanos);

  /** Raises a counter. */
  void count(String name, long by);

  /** Offers a figure that is read when somebody asks. */
  void gauge(String name, String description, Supplier<Number> value);
}
