package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.embedding.EmbeddingFailure.Kind;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MiniMaxProviderTest {
  private static final HttpStub.Answer GOOD =
      HttpStub.status(
          200, "{\"vectors\":[[1,2],[3,4]],\"base_resp\":{\"status_code\":0,\"status_msg\":\"\"}}");

  private HttpStub stub;
  private MiniMaxProvider provider;

  @BeforeEach
  void start() throws IOException {
    stub = new HttpStub();
    Map<String, String> env = new HashMap<>();
    env.put("EMBEDDING_PROVIDER", "minimax");
    env.put("EMBEDDING_DIM", "2");
    env.put("MINIMAX_API_KEY", "mm-1");
    env.put("MINIMAX_GROUP_ID", "g 7");
    env.put("MINIMAX_EMBED_ENDPOINT", stub.url() + "/v1/embeddings");
    env.put("EMBED_HTTP_BASE_DELAY_MS", "1");
    Settings settings = Settings.of(env);
    assertThat(settings.faults(List.of(new EmbeddingSettings()))).isEmpty();
    provider = new MiniMaxProvider(settings, new HttpTransport(settings, AttemptGuard.OPEN));
  }

  @AfterEach
  void stop() {
    provider.close();
    stub.close();
  }

  private EmbeddingFailure failure(String answer) {
    stub.otherwise(HttpStub.status(200, answer));
    return catchThrowableOfType(
        EmbeddingFailure.class, () -> provider.embedDocuments(List.of("a", "b")));
  }

  @Test
  void documentsAndQueriesGoOutAsTheirOwnTypes() {
    stub.otherwise(GOOD);

    assertThat(provider.embedDocuments(List.of("a", "b")))
        .containsExactly(new float[] {1, 2}, new float[] {3, 4});
    provider.embedQueries(List.of("a", "b"));

    HttpStub.Asked asked = stub.asked.getFirst();
    assertThat(asked.uri()).isEqualTo("/v1/embeddings?GroupId=g+7");
    assertThat(asked.authorization()).isEqualTo("Bearer mm-1");
    assertThat(asked.body())
        .isEqualTo(Jsons.stored("{\"model\":\"embo-01\",\"type\":\"db\",\"texts\":[\"a\",\"b\"]}"));
    assertThat(stub.asked.get(1).body().path("type").asText()).isEqualTo("query");
    assertThat(provider.name()).isEqualTo("minimax:embo-01");
  }

  @Test
  void itsOwnThrottlingCodeIsRetriedAndReportedAsThrottling() {
    EmbeddingFailure failure =
        failure("{\"base_resp\":{\"status_code\":1002,\"status_msg\":\"rate limit\"}}");

    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure.providerStatus()).isEmpty();
    assertThat(stub.asked).hasSize(3);
  }

  @Test
  void anyOtherApplicationErrorIsABadResponse() {
    EmbeddingFailure failure = failure("{\"vectors\":null,\"base_resp\":{\"status_code\":1004}}");

    assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
    assertThat(failure).hasMessageContaining("1004");
    assertThat(stub.asked).hasSize(1);
  }

  @Test
  void countAndLengthOfTheVectorsAreChecked() {
    assertThat(failure("{\"vectors\":[[1,2]],\"base_resp\":{\"status_code\":0}}").kind())
        .isEqualTo(Kind.BAD_RESPONSE);
    assertThat(failure("{\"vectors\":[[1,2],[1,2,3]],\"base_resp\":{\"status_code\":0}}").kind())
        .isEqualTo(Kind.WRONG_DIMENSION);
  }
}
