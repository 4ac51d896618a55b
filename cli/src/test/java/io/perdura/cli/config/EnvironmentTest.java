package io.perdura.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  @Test
  void theEnvironmentWinsOverTheFileEvenWhenBlank() {
    Environment environment =
        Environment.of(
            Map.of("PORT", "4000", "DATABASE_URL", ""),
            Map.of("PORT", "5000", "DATABASE_URL", "postgres://u@h/d", "OTHER", "x"));

    assertThat(environment.port("PORT", 3001)).isEqualTo(4000);
    assertThat(environment.get("DATABASE_URL")).isEmpty();
    assertThat(environment.get("OTHER")).contains("x");
  }

  @Test
  void aPortOutOfRangeOrNoNumberIsRefusedByName() {
    for (String wrong : new String[] {"0", "65536", "x", "-1", "3001.5"}) {
      Environment environment = Environment.of(Map.of("PORT", wrong), Map.of());
      assertThatThrownBy(() -> environment.port("PORT", 3001))
          .isInstanceOf(Trouble.class)
          .hasMessage("PORT must be a port number from 1 to 65535, not \"" + wrong + "\".");
    }
  }
}
