package io.perdura.embedding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Embeds over OpenAI's HTTP API, or any server that speaks it. */
final class OpenAiProvider implements EmbeddingProvider, Stoppable {
  private final HttpTransport transport;
  private final URI address;
  private final Optional<String> key;
  private final String model;
  private final int dimension;
  private final int batchSize;

  OpenAiProvider(Settings settings, HttpTransport transport) {
    this.transport = transport;
    this.address = EmbeddingSettings.openAiEndpoint(settings);
    this.key = Optional.ofNullable(settings.get(EmbeddingSettings.OPENAI_API_KEY));
    this.model = settings.get(EmbeddingSettings.OPENAI_EMBEDDING_MODEL);
    this.dimension = EmbeddingSettings.dimension(settings);
    this.batchSize = settings.get(EmbeddingSettings.OPENAI_EMBED_BATCH_SIZE);
  }

  @Override
  public String name() {
    return "openai:" + model;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int usefulBatch() {
    return batchSize;
  }

  @Override
  public int concurrency() {
    return transport.concurrency();
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return RemoteBatch.embed(texts, batchSize, this::call);
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    return embedDocuments(texts);
  }

  private List<float[]> call(List<String> texts) {
    ObjectNode body = Jsons.object().put("model", model);
    texts.forEach(body.putArray("input")::add);
    return transport.post(
        address,
        key,
        Jsons.text(body).getBytes(StandardCharsets.UTF_8),
        reply -> read(VectorReader.json(reply), texts.size()));
  }

  private List<float[]> read(JsonNode answer, int expected) {
    JsonNode data = answer.path("data");
    if (!data.isArray() || data.size() != expected) {
      throw EmbeddingFailure.nonsense(
          "the provider returned " + data.size() + " vectors for " + expected + " texts", null);
    }
    JsonNode[] byIndex = new JsonNode[expected];
    for (int i = 0; i < expected; i++) {
      JsonNode item = data.get(i);
      int index = item.path("index").asInt(i);
      if (index < 0 || index >= expected || byIndex[index] != null) {
        throw EmbeddingFailure.nonsense("the provider's vectors are not numbered 0, 1, 2", null);
      }
      byIndex[index] = item.path("embedding");
    }
    return VectorReader.vectors(Arrays.asList(byIndex), dimension);
  }

  @Override
  public void close() {
    transport.close();
  }
}
