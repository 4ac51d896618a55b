package io.perdura.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Numbers as ECMAScript prints them: 1 and not 1.0. */
final class Figures {
  private Figures() {}

  static ObjectNode put(ObjectNode target, String key, double value) {
    int whole = (int) value;
    return whole == value ? target.put(key, whole) : target.put(key, value);
  }
}
