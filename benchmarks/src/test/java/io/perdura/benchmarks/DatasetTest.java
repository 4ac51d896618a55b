package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DatasetTest {
  private final Dataset dataset = new Dataset(384, 1);

  @Test
  void vectorsAreOfLengthOneAndRepeatable() {
    assertThat(cosine(dataset.event(3, 17), dataset.event(3, 17))).isCloseTo(1, within(1e-5));
    assertThat(new Dataset(384, 1).event(3, 17)).isEqualTo(dataset.event(3, 17));
    assertThat(new Dataset(384, 2).event(3, 17)).isNotEqualTo(dataset.event(3, 17));
  }

  @Test
  void eventsOfATopicAreNearerToEachOtherThanToThoseOfAnother() {
    double same = 0;
    double other = 0;
    for (int i = 0; i < 50; i++) {
      same += cosine(dataset.event(1, i), dataset.event(1, 1000 + i)) / 50;
      other += cosine(dataset.event(1, i), dataset.event(2, 2000 + i)) / 50;
    }
    assertThat(same).isBetween(0.5, 0.7);
    assertThat(other).isBetween(-0.1, 0.1);
  }

  @Test
  void aQueryIsNearestToItsOwnEventAndEqualToNone() {
    float[] query = dataset.query(1, 5, 99);
    double own = cosine(query, dataset.event(1, 5));
    assertThat(own).isBetween(0.9, 0.9999);
    for (int i = 6; i < 200; i++) {
      assertThat(cosine(query, dataset.event(1, i))).isLessThan(own);
    }
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
