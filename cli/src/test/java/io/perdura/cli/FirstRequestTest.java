package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.config.Environment;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FirstRequestTest {
  @Test
  void showsTheCredentialThatTheServerAsksFor() {
    assertThat(request(Map.of())).doesNotContain("$");
    assertThat(request(Map.of("AIONIS_MODE", "local"))).doesNotContain("$");
    assertThat(request(Map.of("MEMORY_AUTH_MODE", "api_key")))
        .contains("events -H \"x-api-key: $KEY\" -H")
        .contains("recall_text -H \"x-api-key: $KEY\" -H");
    assertThat(request(Map.of("AIONIS_MODE", "service"))).contains("$KEY");
    assertThat(request(Map.of("MEMORY_AUTH_MODE", "jwt")))
        .contains("-H \"authorization: Bearer $TOKEN\"");
  }

  private static String request(Map<String, String> environment) {
    return String.join("\n", FirstRequest.lines(3001, Environment.of(environment, Map.of())));
  }
}
