package io.perdura.recall;

/** Arithmetic on vectors. */
final class Vectors {
  private Vectors() {}

  /**
   * Cosine distance, 0 to 2, summed in doubles over the stored 32-bit values; NaN when either has
   * no direction.
   */
  static double cosineDistance(float[] a, float[] b) {
    double dot = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      double x = a[i];
      double y = b[i];
      dot += x * y;
      normA += x * x;
      normB += y * y;
    }
    double cosine = dot / Math.sqrt(normA * normB);
    return 1 - Math.max(-1, Math.min(1, cosine));
  }

  /** For JDBC, whose arrays are of objects. */
  static Float[] boxed(float[] vector) {
    Float[] boxed = new Float[vector.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = vector[i];
    }
    return boxed;
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
