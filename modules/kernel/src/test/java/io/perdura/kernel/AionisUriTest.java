package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class AionisUriTest {
  private static final Set<String> TYPES = Set.of("event");
  private static final String ID = "0fa654e5-035c-51b1-8cea-05b8ec64c83c";

  @Test
  void segmentsAreEncodedLikeEncodeUriComponent() {
    assertThat(new AionisUri("t", "a b/ü*'()!~", "event", ID).toString())
        .isEqualTo("aionis://t/a%20b%2F%C3%BC*'()!~/event/" + ID);
  }

  @Test
  void printedUriParsesBack() {
    AionisUri uri = new AionisUri("t", "a b/ü€😀", "event", ID);

    assertThat(AionisUri.parse("  " + uri + "\n", TYPES)).isEqualTo(uri);
  }

  @Test
  void brokenUrisAreRefusedWithTheirReason() {
    for (String bad :
        new String[] {
          "http://t/s/event/" + ID,
          "aionis://t/s/event",
          "aionis://t/s/event/" + ID + "/x",
          "aionis://t/%zz/event/" + ID,
          "aionis://t/%C3/event/" + ID,
          "aionis://t/%/event/" + ID,
          "aionis:///s/event/" + ID,
          "aionis://t/s/moon/" + ID,
          "aionis://t/s/event/00000000-0000-0000-0000-000000000000"
        }) {
      assertThatThrownBy(() -> AionisUri.parse(bad, TYPES))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.code()).isEqualTo("invalid_aionis_uri"));
    }
  }
}
