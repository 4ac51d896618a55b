package io.perdura.recall;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import io.perdura.kernel.EcmaNumbers;

/** Numbers as the contract wants them: 32-bit columns read as their shortest decimal. */
final class Figures {
  private static final double MICRO = 1e6;

  private Figures() {}

  /**
   * Returns the double that reads the shortest decimal of {@code value}, as {@link
   * EcmaNumbers#widen} does.
   *
   * <p>Values in [0, 1] with at most six decimals, nearly all there are, need no text: two decimals
   * of up to six digits never share a float, so the one found by rounding is the shortest.
   */
  static double widen(float value) {
    if (value >= 0 && value <= 1) {
      double decimal = Math.rint(value * MICRO) / MICRO;
      if ((float) decimal == value) {
        return decimal;
      }
    }
    return EcmaNumbers.widen(value);
  }

  /** Returns a JSON number; one without a fraction is written as an integer, 1 and not 1.0. */
  static ValueNode number(double value) {
    int whole = (int) value;
    return whole == value ? IntNode.valueOf(whole) : DoubleNode.valueOf(value);
  }

  static double clamp01(double value) {
    return value < 0 ? 0 : Math.min(value, 1);
  }

  /** Returns elapsed milliseconds with microsecond digits. */
  static double millis(long nanos) {
    return Math.rint(nanos / 1e3) / 1e3;
  }
}
