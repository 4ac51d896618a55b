package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddingSettingsTest {
  private static Settings settings(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return Settings.of(values);
  }

  private static List<String> faults(String... pairs) {
    return settings(pairs).faults(List.of(new EmbeddingSettings()));
  }

  @Test
  void theDefaultsAreTheContractsAndHaveNoFault() {
    Settings settings = settings();

    assertThat(faults()).isEmpty();
    assertThat(settings.get(EmbeddingSettings.EMBEDDING_PROVIDER)).isEqualTo("fake");
    assertThat(EmbeddingSettings.dimension(settings)).isEqualTo(1536);
    assertThat(settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_MAX_SIZE)).isEqualTo(24);
  }

  @Test
  void theDimensionFollowsTheProviderUnlessItIsSet() {
    assertThat(EmbeddingSettings.dimension(settings("EMBEDDING_PROVIDER", "local"))).isEqualTo(384);
    assertThat(EmbeddingSettings.dimension(settings("EMBEDDING_DIM", "384"))).isEqualTo(384);
    assertThat(
            EmbeddingSettings.dimension(
                settings("EMBEDDING_PROVIDER", "none", "EMBEDDING_DIM", "768")))
        .isEqualTo(768);
  }

  @Test
  void theLocalModelHasOneDimensionOnly() {
    assertThat(faults("EMBEDDING_PROVIDER", "local", "EMBEDDING_DIM", "384")).isEmpty();
    assertThat(faults("EMBEDDING_PROVIDER", "local", "EMBEDDING_DIM", "1536"))
        .containsExactly("EMBEDDING_DIM: the local model makes vectors of 384");
  }

  @Test
  void credentialsAreRequiredByThoseWhoNeedThem() {
    assertThat(faults("EMBEDDING_PROVIDER", "openai"))
        .containsExactly("OPENAI_API_KEY: is required with EMBEDDING_PROVIDER=openai");
    assertThat(faults("EMBEDDING_PROVIDER", "minimax"))
        .containsExactly(
            "MINIMAX_API_KEY: is required with EMBEDDING_PROVIDER=minimax",
            "MINIMAX_GROUP_ID: is required with EMBEDDING_PROVIDER=minimax");
    assertThat(faults("EMBEDDING_PROVIDER", "openai", "OPENAI_BASE_URL", "http://models:8080/v1"))
        .as("a server of one's own may do without a key")
        .isEmpty();
  }

  @Test
  void allFaultsAreListedAtOnce() {
    assertThat(
            faults(
                "EMBEDDING_PROVIDER", "word2vec",
                "EMBEDDING_DIM", "0",
                "EMBED_HTTP_MAX_RETRIES", "11",
                "RECALL_TEXT_EMBED_CACHE_ENABLED", "yes",
                "PERDURA_EMBED_BREAKER_RATIO", "2"))
        .extracting(fault -> fault.substring(0, fault.indexOf(':')))
        .containsExactly(
            "EMBEDDING_PROVIDER",
            "EMBEDDING_DIM",
            "EMBED_HTTP_MAX_RETRIES",
            "PERDURA_EMBED_BREAKER_RATIO",
            "RECALL_TEXT_EMBED_CACHE_ENABLED");
  }

  @Test
  void addressesAndKeysAreCheckedWithoutRepeatingTheKey() {
    assertThat(
            faults(
                "EMBEDDING_PROVIDER", "openai",
                "OPENAI_API_KEY", "sk secret\n",
                "OPENAI_BASE_URL", "models:8080",
                "OPENAI_EMBED_ENDPOINT", "not a url"))
        .containsExactly(
            "OPENAI_API_KEY: must be printable ASCII without spaces",
            "OPENAI_BASE_URL: must be an http or https address",
            "OPENAI_EMBED_ENDPOINT: must be an http or https address");
  }

  @Test
  void theEndpointIsBuiltFromTheBaseUnlessItIsGivenWhole() {
    assertThat(EmbeddingSettings.openAiEndpoint(settings()))
        .hasToString("https://api.openai.com/v1/embeddings");
    assertThat(
            EmbeddingSettings.openAiEndpoint(settings("OPENAI_BASE_URL", "http://models:8080/v1/")))
        .hasToString("http://models:8080/v1/embeddings");
    assertThat(
            EmbeddingSettings.openAiEndpoint(
                settings(
                    "OPENAI_BASE_URL", "http://a/v1", "OPENAI_EMBED_ENDPOINT", "http://b/embed")))
        .hasToString("http://b/embed");
  }

  @Test
  void theCatalogIsFoundByTheServer() {
    assertThat(settings("EMBEDDING_PROVIDER", "nonsense", "DATABASE_URL", "x").faults())
        .anyMatch(fault -> fault.startsWith("EMBEDDING_PROVIDER: must be one of"));
  }
}
