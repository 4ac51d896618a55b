package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OptionsTest {
  private static final String DATABASE = "postgres://u:p@127.0.0.1:5432/postgres";

  @Test
  void listsAreReadAndTheRestHasDefaults() {
    Options options =
        Options.parse("--database", DATABASE, "--events", "10000,100000", "--dims", "384,1536");
    assertThat(options.events()).containsExactly(10_000, 100_000);
    assertThat(options.dimensions()).containsExactly(384, 1536);
    assertThat(options.concurrencies()).containsExactly(1, 8);
    assertThat(options.measures("recall")).isTrue();
  }

  @Test
  void whatCannotBeReadIsNamed() {
    assertThatThrownBy(() -> Options.parse("--database", DATABASE, "--event", "1"))
        .hasMessageContaining("--event");
    assertThatThrownBy(() -> Options.parse("--database", DATABASE, "--events", "many"))
        .hasMessageContaining("--events")
        .hasMessageContaining("many");
    assertThatThrownBy(() -> Options.parse("--seconds", "3")).hasMessageContaining("--database");
    assertThatThrownBy(() -> Options.parse("--database")).hasMessageContaining("needs a value");
  }
}
