package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedactionTest {
  @Test
  void stringsAreRedactedAtAnyDepthAndCountedByKind() {
    Redaction redaction = new Redaction(true);

    String text =
        redaction.redact(Jsons.stored("{\"a@b.co\":[{\"x\":\"a@b.co\"},1,null]}")).toString();

    assertThat(text).startsWith("{\"a@b.co\":[{\"x\":\"[EMAIL#").endsWith("]\"},1,null]}");
    assertThat(redaction.counts()).isEqualTo(Map.of("email", 1));
  }

  @Test
  void matchDirectlyBehindAnotherIsFound() {
    Redaction redaction = new Redaction(true);

    redaction.redact("a@b.com1@c.com");

    assertThat(redaction.counts()).isEqualTo(Map.of("email", 2));
  }

  @Test
  void nothingIsTouchedWhenSwitchedOff() {
    Redaction redaction = new Redaction(false);

    assertThat(redaction.redact("a@b.com 10.0.0.1")).isEqualTo("a@b.com 10.0.0.1");
    assertThat(redaction.counts()).isEmpty();
  }

  @Test
  void hostileTextOfMegabytesTakesLinearTime() {
    String[] hostile = {
      "1" + "a".repeat(3_000_000),
      "@" + "a@".repeat(1_000_000),
      "1" + "(".repeat(1_000_000),
      "1.".repeat(1_000_000),
      "(" + " ".repeat(2_000_000) + "1",
      "a@" + "b.".repeat(1_000_000)
    };
    for (String text : hostile) {
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> new Redaction(true).redact(text));
    }
  }
}
