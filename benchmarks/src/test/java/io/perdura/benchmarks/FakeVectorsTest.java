package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FakeVectorsTest {

  @Test
  void theVectorsAreTheContractsOwn() {
    float[] vector = new float[4];
    FakeVectors.write("hello", vector, 1, 3);
    assertThat(vector)
        .containsExactly(
            0f,
            (float) -0.739954907912761,
            (float) 0.11307035852223635,
            (float) -0.053886529058218);
  }
}
