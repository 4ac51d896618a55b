package io.perdura.benchmarks;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Distinct unit vectors with the structure that real sentence embeddings have, repeatable from a
 * seed.
 *
 * <p>Every topic is a centre; an event is its topic's centre plus a step inside a subspace of
 * {@value #INTRINSIC} directions that all topics share, plus a little noise in every direction. So
 * neighbours are ordered by meaning rather than by chance, and candidate quality can be measured:
 * with equal vectors any answer would be right, with pure noise in hundreds of dimensions all
 * distances are nearly equal.
 */
final class Dataset {
  static final int INTRINSIC = 24;

  private static final double SPREAD = 0.8;
  private static final double NOISE = 0.3;

  private final int dimension;
  private final long seed;
  private final float[][] directions;

  Dataset(int dimension, long seed) {
    this.dimension = dimension;
    this.seed = seed;
    this.directions = new float[INTRINSIC][];
    for (int i = 0; i < INTRINSIC; i++) {
      directions[i] = unit(gaussian(new SplittableRandom(mix(1, i))));
    }
  }

  int dimension() {
    return dimension;
  }

  float[] topic(int topic) {
    return unit(gaussian(new SplittableRandom(mix(2, topic))));
  }

  float[] event(int topic, long event) {
    return near(topic(topic), new SplittableRandom(mix(3, event)), SPREAD, NOISE);
  }

  /** A question about an event: near it, equal to no stored vector. */
  float[] query(int topic, long event, long number) {
    return near(event(topic, event), new SplittableRandom(mix(4, number)), SPREAD / 4, NOISE / 2);
  }

  private float[] near(float[] centre, RandomGenerator random, double spread, double noise) {
    float[] vector = centre.clone();
    for (float[] direction : directions) {
      double step = random.nextGaussian() * spread / Math.sqrt(INTRINSIC);
      for (int i = 0; i < dimension; i++) {
        vector[i] += (float) (step * direction[i]);
      }
    }
    double scale = noise / Math.sqrt(dimension);
    for (int i = 0; i < dimension; i++) {
      vector[i] += (float) (random.nextGaussian() * scale);
    }
    return unit(vector);
  }

  private float[] gaussian(RandomGenerator random) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static float[] unit(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    float scale = (float) (1 / Math.sqrt(sum));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  private long mix(long stream, long number) {
    return (seed * 31 + stream) * 0x9E3779B97F4A7C15L + number * 0xC2B2AE3D27D4EB4FL;
  }
}
