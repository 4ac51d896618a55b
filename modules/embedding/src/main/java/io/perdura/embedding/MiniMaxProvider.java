package io.perdura.embedding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Embeds over MiniMax's HTTP API: all texts in one call, an application status inside a successful
 * answer. Documents go as the configured type, queries always as {@code query}.
 */
final class MiniMaxProvider implements EmbeddingProvider, Stoppable {
  private static final int THROTTLED = 1002;

  private final HttpTransport transport;
  private final URI address;
  private final Optional<String> key;
  private final String model;
  private final String documentType;
  private final int dimension;

  MiniMaxProvider(Settings settings, HttpTransport transport) {
    this.transport = transport;
    String endpoint = settings.get(EmbeddingSettings.MINIMAX_EMBED_ENDPOINT);
    String group =
        URLEncoder.encode(settings.get(EmbeddingSettings.MINIMAX_GROUP_ID), StandardCharsets.UTF_8);
    this.address = URI.create(endpoint + (endpoint.contains("?") ? "&" : "?") + "GroupId=" + group);
    this.key = Optional.of(settings.get(EmbeddingSettings.MINIMAX_API_KEY));
    this.model = settings.get(EmbeddingSettings.MINIMAX_EMBED_MODEL);
    this.documentType = settings.get(EmbeddingSettings.MINIMAX_EMBED_TYPE);
    this.dimension = EmbeddingSettings.dimension(settings);
  }

  @Override
  public String name() {
    return "minimax:" + model;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int concurrency() {
    return transport.concurrency();
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return embed(texts, documentType);
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    return embed(texts, "query");
  }

  private List<float[]> embed(List<String> texts, String type) {
    return RemoteBatch.embed(texts, Math.max(1, texts.size()), part -> call(part, type));
  }

  private List<float[]> call(List<String> texts, String type) {
    ObjectNode body = Jsons.object().put("model", model).put("type", type);
    texts.forEach(body.putArray("texts")::add);
    return transport.post(
        address,
        key,
        Jsons.text(body).getBytes(StandardCharsets.UTF_8),
        reply -> read(VectorReader.json(reply), texts.size()));
  }

  private List<float[]> read(JsonNode answer, int expected) {
    JsonNode base = answer.path("base_resp");
    int status = base.path("status_code").asInt(-1);
    if (status == THROTTLED) {
      throw EmbeddingFailure.throttled(0, null, "the provider throttles: " + base);
    }
    if (status != 0) {
      throw EmbeddingFailure.nonsense("the provider reports an error: " + base, null);
    }
    JsonNode vectors = answer.path("vectors");
    if (!vectors.isArray() || vectors.size() != expected) {
      throw EmbeddingFailure.nonsense(
          "the provider returned " + vectors.size() + " vectors for " + expected + " texts", null);
    }
    List<JsonNode> arrays = new ArrayList<>(expected);
    vectors.forEach(arrays::add);
    return VectorReader.vectors(arrays, dimension);
  }

  @Override
  public void close() {
    transport.close();
  }
}
