package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.EcmaNumbers;

/** Numbers as ECMAScript would print them: 1 and not 1.0. */
final class Numbers {
  private static final double EXACT = 1L << 53;

  private Numbers() {}

  static ObjectNode put(ObjectNode target, String key, double value) {
    return value == Math.rint(value) && Math.abs(value) < EXACT
        ? put(target, key, (long) value)
        : target.put(key, value);
  }

  static ObjectNode put(ObjectNode target, String key, long value) {
    return value == (int) value ? target.put(key, (int) value) : target.put(key, value);
  }

  /** Puts a REAL column's value, as the shortest decimal that reads back to it. */
  static ObjectNode put(ObjectNode target, String key, float value) {
    return put(target, key, EcmaNumbers.widen(value));
  }
}
