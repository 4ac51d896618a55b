package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.control.Membership;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishedConfigurationTest {
  private static final Map<String, String> PRODUCTION =
      Map.of(
          "AIONIS_MODE", "service",
          "ADMIN_TOKEN", "a-very-secret-admin-token",
          "DATABASE_URL", "postgres://user:pass-word@db1:5432/memory",
          "MEMORY_API_KEYS_JSON", "{\"a-very-secret-key\":{\"tenant_id\":\"t\"}}",
          "OPENAI_BASE_URL", "https://me:pass-word@proxy.example.com/v1",
          "EMBEDDING_PROVIDER", "fake");

  private static JsonNode published(Map<String, String> values) {
    Settings settings = Settings.of(values);
    return new PublishedConfiguration(settings, new Membership(null), Embeddings.of(settings))
        .body();
  }

  @Test
  void factsAreThoseInForceWithPresetsFilledIn() {
    JsonNode facts = published(PRODUCTION).get("facts");
    assertThat(facts.get("app_env").asText()).isEqualTo("prod");
    assertThat(facts.get("auth_mode").asText()).isEqualTo("api_key");
    assertThat(facts.get("loopback_bypass").asBoolean()).isFalse();
    assertThat(facts.get("cors_wildcard").asBoolean()).isFalse();
    assertThat(facts.get("database_loopback").asBoolean()).isFalse();
    assertThat(facts.get("embedding_dimension").asInt()).isEqualTo(1536);
    assertThat(published(Map.of()).at("/facts/cors_wildcard").asBoolean()).isTrue();
  }

  @Test
  void nothingSecretIsPublished() {
    JsonNode body = published(PRODUCTION);
    assertThat(body.toString()).doesNotContain("secret").doesNotContain("pass-word");
    assertThat(body.at("/settings/ADMIN_TOKEN").asText()).isEqualTo("set");
    assertThat(body.at("/settings/MEMORY_JWT_HS256_SECRET").asText()).isEqualTo("unset");
    assertThat(body.at("/settings/OPENAI_BASE_URL").asText())
        .isEqualTo("https://***@proxy.example.com/v1");
  }
}
