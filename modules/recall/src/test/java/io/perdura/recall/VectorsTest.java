package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorsTest {
  @Test
  void theDistanceIsThatOfTheAngle() {
    Random random = new Random(3);
    for (int dimension = 1; dimension < 40; dimension++) {
      float[] a = CandidateKit.gaussian(dimension, random);
      float[] b = CandidateKit.gaussian(dimension, random);
      assertThat(Vectors.cosineDistance(a, b))
          .isEqualTo(CandidateKit.distance(a, b), offset(1e-12));
      assertThat(Vectors.cosineDistance(Vectors.unit(a), b))
          .isEqualTo(CandidateKit.distance(a, b), offset(1e-6));
    }
  }

  @Test
  void veryLongAndVeryShortVectorsKeepTheirDirection() {
    for (float size : new float[] {1e-30f, 1e30f}) {
      float[] vector = {3 * size, 4 * size};
      assertThat(Vectors.unit(vector)).containsExactly(0.6f, 0.8f);
      assertThat(Vectors.cosineDistance(vector, new float[] {0.6f, 0.8f}))
          .isEqualTo(0, offset(1e-6));
    }
  }

  @Test
  void theDistanceStaysBetweenNoughtAndTwo() {
    float[] vector = {0.1f, 0.7f, 0.3f};
    float[] opposite = {-0.1f, -0.7f, -0.3f};
    assertThat(Vectors.cosineDistance(vector, vector)).isBetween(0.0, 1e-12);
    assertThat(Vectors.cosineDistance(vector, opposite)).isBetween(2 - 1e-12, 2.0);
  }

  @Test
  void withoutDirectionThereIsNoDistance() {
    assertThat(Vectors.cosineDistance(new float[2], new float[] {1, 0})).isNaN();
    assertThat(Vectors.hasDirection(new float[2])).isFalse();
  }

  @Test
  void vectorsOfDifferentLengthAreNotCompared() {
    assertThatThrownBy(() -> Vectors.cosineDistance(new float[3], new float[4]))
        .hasMessage("a vector of 3 values has no distance from one of 4");
  }
}
