package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndemandingRequestTest {
  @Test
  void whatClientsSendIsLeftAlone() {
    for (String accept :
        List.of(
            "*/*",
            "application/json",
            "application/json, text/event-stream",
            "text/html, image/gif, */*; q=0.2",
            "application/yaml;charset=utf-8;q=0.9,*/*;q=1.0",
            "text/plain;version=\"0.0.4\";q=0")) {
      HttpServletRequest request = request(accept);
      assertThat(UndemandingRequest.of(request)).as(accept).isSameAs(request);
    }
    HttpServletRequest none = StubRequest.of(Routes.HEALTH).build();
    assertThat(UndemandingRequest.of(none)).isSameAs(none);
  }

  @Test
  void whatCannotBeReadCountsAsAbsent() {
    for (String accept :
        List.of(
            "",
            "json",
            "a/b/c",
            "application/json;q=x",
            "application/json;q=2",
            "application/json;q=",
            "application/json;",
            ",",
            "*/*," + "a/b,".repeat(1_000))) {
      HttpServletRequest undemanding = UndemandingRequest.of(request(accept));
      assertThat(undemanding.getHeader("Accept")).as(accept).isNull();
      assertThat(undemanding.getHeaders("accept").hasMoreElements()).as(accept).isFalse();
      assertThat(undemanding.getHeader("x-api-key")).isEqualTo("k");
    }
  }

  private static HttpServletRequest request(String accept) {
    return StubRequest.of(Routes.HEALTH).header("accept", accept).header("x-api-key", "k").build();
  }
}
