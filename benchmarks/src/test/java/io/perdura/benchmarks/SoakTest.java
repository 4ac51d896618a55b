package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SoakTest {

  @Test
  void growthIsTheSlopeOfTheSecondHalfAndForgetsTheWarmUp() {
    // Six samples in 60 minutes: ten minutes apart, 1 MB each in the second half.
    assertThat(Soak.growthPerHour(List.of(10.0, 90.0, 50.0, 100.0, 101.0, 102.0), 60))
        .isCloseTo(6, within(1e-9));
    assertThat(Soak.growthPerHour(List.of(1.0, 2.0, 80.0, 80.0), 60)).isCloseTo(0, within(1e-9));
  }
}
