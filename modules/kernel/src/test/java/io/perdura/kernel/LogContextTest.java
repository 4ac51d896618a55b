package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogContextTest {
  @Test
  void aContextCarriesItsFactsUntilItIsClosed() {
    try (LogContext.Scope request = LogContext.open("r1")) {
      assertThat(request).isNotNull();
      LogContext.tenant("acme");
      LogContext.commitId("c1");
      assertThat(LogContext.NAMES).extracting(LogContext::get).containsExactly("r1", "acme", "c1");
    }
    assertThat(LogContext.NAMES).extracting(LogContext::get).containsOnlyNulls();
  }

  @Test
  void anInnerContextHidesTheOuterOne() {
    try (LogContext.Scope outer = LogContext.open("r1")) {
      LogContext.tenant("acme");
      try (LogContext.Scope inner = LogContext.open("r2")) {
        assertThat(inner).isNotSameAs(outer);
        assertThat(LogContext.get(LogContext.REQUEST_ID)).isEqualTo("r2");
        assertThat(LogContext.get(LogContext.TENANT)).isNull();
      }
      assertThat(LogContext.get(LogContext.REQUEST_ID)).isEqualTo("r1");
      assertThat(LogContext.get(LogContext.TENANT)).isEqualTo("acme");
    }
  }

  @Test
  void factsOutsideAContextAreDropped() {
    LogContext.tenant("acme");
    LogContext.commitId("c1");
    assertThat(LogContext.get(LogContext.TENANT)).isNull();
    assertThat(LogContext.get("anything")).isNull();
  }
}
