package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobDefinitionTest {
  private static final JobDefinition JOB =
      JobDefinition.of(
              "tidy",
              "Tidies.",
              true,
              JobParameter.text("scope", null, "which"),
              JobParameter.number("limit", 20L, 1, 200, "how many"),
              JobParameter.ratio("share", 0.5, 0, 1, "how much"),
              JobParameter.choice("mode", "full", List.of("full", "fast"), "how"),
              JobParameter.flag("dry-run", "only look"))
          .where(given -> {
            if (given.flag("dry-run") && given.text("mode").equals(Optional.of("fast"))) {
              throw new IllegalArgumentException("a dry-run is never fast");
            }
          });

  @Test
  void defaultsAreFilledIn() {
    JobParameters checked = JOB.check(Map.of("limit", "7"));

    assertThat(checked.number("limit")).isEqualTo(7);
    assertThat(checked.ratio("share")).isEqualTo(0.5);
    assertThat(checked.text("mode")).contains("full");
    assertThat(checked.flag("dry-run")).isFalse();
    assertThat(checked.text("scope")).isEmpty();
  }

  @Test
  void everyFaultIsNamedAtOnce() {
    assertThatThrownBy(() ->
            JOB.check(
                Map.of("limit", "abc", "share", "2", "mode", "odd", "dry-run", "yes", "lim", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown parameter lim")
        .hasMessageContaining("limit must be a whole number")
        .hasMessageContaining("share must be between 0.0 and 1.0")
        .hasMessageContaining("mode must be one of full, fast")
        .hasMessageContaining("dry-run must be true or false");
  }

  @Test
  void aNumberOutsideItsBoundsIsRefusedAndNotClamped() {
    assertThatThrownBy(() -> JOB.check(Map.of("limit", "201")))
        .hasMessage("limit must be between 1 and 200");
    assertThatThrownBy(() -> JOB.check(Map.of("share", "NaN"))).hasMessageContaining("share");
  }

  @Test
  void rulesOverSeveralParametersAreAskedToo() {
    assertThatThrownBy(() -> JOB.check(Map.of("dry-run", "true", "mode", "fast")))
        .hasMessage("a dry-run is never fast");
  }
}
