package io.perdura.outbox;

import java.util.List;

/** What the workers report. Called outside transactions; must not throw. */
interface OutboxMeter {
  /** Reports to nobody. */
  OutboxMeter NONE = new OutboxMeter() {};

  /** A claim that brought something. */
  default void claimed(OutboxStore.Claim claim, long nanos) {}

  /** A handler prepared a batch. */
  default void prepared(String eventType, int events, long nanos) {}

  /** Effects and verdicts were committed. */
  default void settled(String eventType, List<Verdict> verdicts, long nanos) {}

  /** A batch was rolled back because one of its events was no longer held. */
  default void leaseLost(String eventType, int events) {}

  /** A handler threw. */
  default void faulted(String eventType) {}
}
