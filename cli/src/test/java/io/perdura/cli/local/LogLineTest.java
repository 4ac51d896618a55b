package io.perdura.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLineTest {
  @Test
  void aJsonLineBecomesTimeLevelMessageAndContext() {
    String line =
        """
        {"type":"liberty_message","message":"commit refused","ibm_datetime":"2026-11-21T04:00:00.000+0000",\
        "loglevel":"ERROR","ext_request_id":"r-1"}\
        """;
    assertThat(LogLine.render(line))
        .containsExactly("2026-11-21T04:00:00.000+0000 ERROR commit refused request_id=r-1");
    assertThat(LogLine.isError(LogLine.render(line).getFirst())).isTrue();
  }

  @Test
  void anythingElseStaysAsItIs() {
    assertThat(LogLine.render("plain text")).containsExactly("plain text");
    assertThat(LogLine.render("{not json")).containsExactly("{not json");
  }
}
