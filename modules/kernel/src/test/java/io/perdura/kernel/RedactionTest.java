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
  void noPartOfAUuidIsATelephoneNumber() {
    for (String uuid :
        new String[] {
          "12345678-9012-4abc-8cea-05b8ec64c83c",
          "ab123456-7890-4abc-8cea-05b8ec64c83c",
          "0fa654e5-035c-51b1-8cea-ab1234567890",
          "0FA654E5-035C-51B1-8CEA-121234567890"
        }) {
      for (String text :
          new String[] {
            uuid, "default:node:" + uuid, "see " + uuid + ".", uuid + "," + uuid, "node_" + uuid
          }) {
        Redaction redaction = new Redaction(true);
        assertThat(redaction.redact(text)).isEqualTo(text);
        assertThat(redaction.counts()).isEmpty();
      }
    }
  }

  @Test
  void numbersBesideAUuidAreStillFound() {
    Redaction redaction = new Redaction(true);

    String text =
        redaction.redact(
            "4155551234 0fa654e5-035c-51b1-8cea-121234567890 (415) 555-1234, 0fa654e5-035c-51b1-8cea-1234567890");

    assertThat(text)
        .matches(
            "\\[PHONE#[0-9a-f]{8}] 0fa654e5-035c-51b1-8cea-121234567890 \\[PHONE#[0-9a-f]{8}], 0fa654e5-035c-51b1-8cea-\\[PHONE#[0-9a-f]{8}]");
    assertThat(redaction.counts()).isEqualTo(Map.of("phone", 3));
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
      "a@" + "b.".repeat(1_000_000),
      "0fa654e5-".repeat(300_000),
      "0fa654e5-035c-51b1-8cea-".repeat(100_000)
    };
    for (String text : hostile) {
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> new Redaction(true).redact(text));
    }
  }
}
