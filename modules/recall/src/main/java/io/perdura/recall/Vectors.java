package io.perdura.recall;

import org.apache.lucene.util.VectorUtil;

/** Arithmetic on vectors. */
final class Vectors {
  private Vectors() {}

  /** A vector to compare others with. */
  static final class Target {
    private final float[] vector;
    private final double squaredNorm;

    Target(float[] vector) {
      this.vector = vector;
      this.squaredNorm = VectorUtil.dotProduct(vector, vector);
    }

    /**
     * Cosine distance, 0 to 2, as pgvector has it: products summed in 32 bits, the rest in 64; NaN
     * when either vector has no direction.
     */
    double distance(float[] other) {
      double dot = VectorUtil.dotProduct(vector, other);
      double norms = squaredNorm * VectorUtil.dotProduct(other, other);
      double cosine = dot / Math.sqrt(norms);
      return 1 - Math.max(-1, Math.min(1, cosine));
    }
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
