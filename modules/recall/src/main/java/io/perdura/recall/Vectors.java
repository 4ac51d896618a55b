package io.perdura.recall;

/** Arithmetic on vectors. */
final class Vectors {
  private Vectors() {}

  /**
   * Cosine distance, 0 to 2, summed in doubles over the stored 32-bit values; NaN when either has
   * no direction.
   */
  static double cosineDistance(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "a vector of %d values has no distance from one of %d".formatted(a.length, b.length));
    }
    double dot0 = 0;
    double dot1 = 0;
    double normA0 = 0;
    double normA1 = 0;
    double normB0 = 0;
    double normB1 = 0;
    // Two sums of each that do not wait for one another.
    int even = a.length & ~1;
    for (int i = 0; i < even; i += 2) {
      double x0 = a[i];
      double y0 = b[i];
      double x1 = a[i + 1];
      double y1 = b[i + 1];
      dot0 += x0 * y0;
      dot1 += x1 * y1;
      normA0 += x0 * x0;
      normA1 += x1 * x1;
      normB0 += y0 * y0;
      normB1 += y1 * y1;
    }
    if (even < a.length) {
      double x = a[even];
      double y = b[even];
      dot0 += x * y;
      normA0 += x * x;
      normB0 += y * y;
    }
    double dot = dot0 + dot1;
    double normA = normA0 + normA1;
    double normB = normB0 + normB1;
    double cosine = dot / Math.sqrt(normA * normB);
    return 1 - Math.max(-1, Math.min(1, cosine));
  }

  /** Returns the vector of length 1 in the same direction; it must have one. */
  static float[] unit(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    double length = Math.sqrt(sum);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }

  static boolean hasDirection(float[] vector) {
    for (float value : vector) {
      if (value != 0) {
        return true;
      }
    }
    return false;
  }
}
