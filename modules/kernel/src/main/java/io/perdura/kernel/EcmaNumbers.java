package io.perdura.kernel;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers printed as ECMAScript prints them (Number::toString), the form that every hash of the
 * contract covers.
 *
 * <p>{@link Double#toString} gives the shortest digits that round-trip since JDK 19; this class
 * only moves the point and chooses between plain and exponent form.
 */
public final class EcmaNumbers {
  /** Java never prints fewer than two digits: 4.9E-324 where 5e-324 is enough. */
  private static final MathContext ONE_DIGIT = new MathContext(1);

  private EcmaNumbers() {}

  /**
   * Returns the ECMAScript text of {@code value}; {@code null} for values that JSON cannot carry.
   */
  public static String format(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return "null";
    }
    if (value == 0) {
      return "0";
    }
    long integral = (long) value;
    if (integral == value && Math.abs(integral) < 1L << 53) {
      return Long.toString(integral);
    }
    String text = Double.toString(value);
    if (text.indexOf('E') < 0) {
      return text; // between 0.001 and 10^7 both languages agree on a value with a fraction
    }
    BigDecimal decimal = new BigDecimal(text);
    BigDecimal shorter = decimal.round(ONE_DIGIT);
    return format(shorter.doubleValue() == value ? shorter : decimal);
  }

  /**
   * Returns the ECMAScript-style shortest decimal of a 32-bit {@code value}, as PostgreSQL prints
   * REAL columns.
   */
  public static String format(float value) {
    if (Float.isNaN(value) || Float.isInfinite(value)) {
      return "null";
    }
    if (value == 0) {
      return "0";
    }
    String text = Float.toString(value);
    if (text.indexOf('E') < 0) {
      return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
    BigDecimal decimal = new BigDecimal(text);
    BigDecimal shorter = decimal.round(ONE_DIGIT);
    return format(shorter.floatValue() == value ? shorter : decimal);
  }

  /**
   * Returns the double that reads the shortest decimal of {@code value}: 0.8f becomes 0.8, not
   * 0.800000011920929.
   */
  public static double widen(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  private static String format(BigDecimal exact) {
    BigDecimal decimal = exact.stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int count = digits.length();
    int point = count - decimal.scale();
    StringBuilder out = new StringBuilder(count + 8);
    if (decimal.signum() < 0) {
      out.append('-');
    }
    if (point > 21 || point < -5) {
      out.append(digits.charAt(0));
      if (count > 1) {
        out.append('.').append(digits, 1, count);
      }
      int exponent = point - 1;
      out.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent));
    } else if (point <= 0) {
      out.append("0.").repeat("0", -point).append(digits);
    } else if (count <= point) {
      out.append(digits).repeat("0", point - count);
    } else {
      out.append(digits, 0, point).append('.').append(digits, point, count);
    }
    return out.toString();
  }
}
