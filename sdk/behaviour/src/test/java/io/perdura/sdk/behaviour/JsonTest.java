package io.perdura.sdk.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void readsEveryKindOfValue() {
    Object read = Json.read(" {\"a\": [1, -2.5, 1e3, true, false, null], \"b\": {}, \"c\": []} ");
    Map<?, ?> members = (Map<?, ?>) read;
    assertThat((List<?>) members.get("a"))
        .isEqualTo(java.util.Arrays.asList(1L, -2.5, 1000.0, true, false, null));
    assertThat((Map<?, ?>) members.get("b")).isEmpty();
    assertThat((List<?>) members.get("c")).isEmpty();
  }

  @Test
  void readsEscapes() {
    assertThat(Json.read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"")).isEqualTo("\"\\/\b\f\n\r\té");
  }

  @Test
  void whatItWritesItReadsBack() {
    Object value =
        Json.read(
            "{\"text\":\"line\\nquote\\\" back\\\\ bell\\u0007\",\"n\":[1,[2,{}]],\"z\":null}");
    assertThat(Json.read(Json.write(value))).isEqualTo(value);
    assertThat(Json.write(value)).contains("\\u000a").contains("\\u0007").contains("\\\"");
  }

  @Test
  void refusesWhatIsNoJson() {
    for (String text :
        List.of(
            "", "{", "[1,", "[1 2]", "{\"a\"}", "{a:1}", "01", "tru", "\"open", "\"\\u12", "1 2")) {
      assertThatThrownBy(() -> Json.read(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
