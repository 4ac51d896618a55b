package io.perdura.embedding;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of embedding: which provider makes the vectors, how it is reached, and how queries are
 * cached and batched (policy-control, section 9.4). Names starting with PERDURA_ and the OpenAI
 * address are our own.
 */
public final class EmbeddingSettings implements SettingCatalog {
  private static final int ANY = Integer.MAX_VALUE;

  public static final Setting<String> EMBEDDING_PROVIDER =
      Setting.choice("EMBEDDING_PROVIDER", "fake", "none", "fake", "openai", "minimax", "local");

  /** Length of every vector; 0 = the provider's own (see {@link #dimension}). */
  public static final Setting<Integer> EMBEDDING_DIM =
      Setting.integer("EMBEDDING_DIM", 0, 1, 16_000);

  public static final Setting<String> OPENAI_API_KEY = Setting.secret("OPENAI_API_KEY");
  public static final Setting<String> OPENAI_EMBEDDING_MODEL =
      Setting.text("OPENAI_EMBEDDING_MODEL", "text-embedding-3-small");
  public static final Setting<Integer> OPENAI_EMBED_BATCH_SIZE =
      Setting.integer("OPENAI_EMBED_BATCH_SIZE", 32, 1, 256);

  /** Where an OpenAI-compatible API starts; {@code /embeddings} is appended. */
  public static final Setting<String> OPENAI_BASE_URL =
      Setting.text("OPENAI_BASE_URL", "https://api.openai.com/v1");

  /** The whole address, for servers with another path; wins over the base URL. */
  public static final Setting<String> OPENAI_EMBED_ENDPOINT =
      Setting.text("OPENAI_EMBED_ENDPOINT", null);

  public static final Setting<String> MINIMAX_API_KEY = Setting.secret("MINIMAX_API_KEY");
  public static final Setting<String> MINIMAX_GROUP_ID = Setting.text("MINIMAX_GROUP_ID", null);
  public static final Setting<String> MINIMAX_EMBED_MODEL =
      Setting.text("MINIMAX_EMBED_MODEL", "embo-01");

  /** The type sent with documents; queries always go as {@code query}. */
  public static final Setting<String> MINIMAX_EMBED_TYPE =
      Setting.choice("MINIMAX_EMBED_TYPE", "db", "db", "query");

  public static final Setting<String> MINIMAX_EMBED_ENDPOINT =
      Setting.text("MINIMAX_EMBED_ENDPOINT", "https://api.minimax.chat/v1/embeddings");

  /** Milliseconds one attempt may take, connection and body included. */
  public static final Setting<Integer> EMBED_HTTP_TIMEOUT_MS =
      Setting.integer("EMBED_HTTP_TIMEOUT_MS", 10_000, 1, ANY);

  public static final Setting<Integer> EMBED_HTTP_MAX_RETRIES =
      Setting.integer("EMBED_HTTP_MAX_RETRIES", 2, 0, 10);
  public static final Setting<Integer> EMBED_HTTP_BASE_DELAY_MS =
      Setting.integer("EMBED_HTTP_BASE_DELAY_MS", 250, 1, ANY);
  public static final Setting<Integer> EMBED_HTTP_MAX_DELAY_MS =
      Setting.integer("EMBED_HTTP_MAX_DELAY_MS", 5_000, 1, ANY);
  public static final Setting<Integer> EMBED_HTTP_MAX_CONCURRENCY =
      Setting.integer("EMBED_HTTP_MAX_CONCURRENCY", 8, 1, 128);

  /** Attempts that the circuit breaker looks back on. */
  public static final Setting<Integer> PERDURA_EMBED_BREAKER_VOLUME =
      Setting.integer("PERDURA_EMBED_BREAKER_VOLUME", 10, 1, 10_000);

  /** Share of those attempts that must be outages for the circuit to open. */
  public static final Setting<Double> PERDURA_EMBED_BREAKER_RATIO =
      Setting.number("PERDURA_EMBED_BREAKER_RATIO", 0.5, 0, 1);

  /** Milliseconds for which an open circuit lets no attempt through. */
  public static final Setting<Integer> PERDURA_EMBED_BREAKER_DELAY_MS =
      Setting.integer("PERDURA_EMBED_BREAKER_DELAY_MS", 5_000, 1, ANY);

  /** Texts the local model works on at once, a core each; 0 = one for each processor, at most 8. */
  public static final Setting<Integer> PERDURA_EMBED_LOCAL_CONCURRENCY =
      Setting.integer("PERDURA_EMBED_LOCAL_CONCURRENCY", 0, 0, 64);

  public static final Setting<Boolean> RECALL_TEXT_EMBED_CACHE_ENABLED =
      Setting.bool("RECALL_TEXT_EMBED_CACHE_ENABLED", true);
  public static final Setting<Integer> RECALL_TEXT_EMBED_CACHE_MAX_KEYS =
      Setting.integer("RECALL_TEXT_EMBED_CACHE_MAX_KEYS", 2_000, 1, 200_000);

  /** Milliseconds; less than 1000 counts as 1000. */
  public static final Setting<Integer> RECALL_TEXT_EMBED_CACHE_TTL_MS =
      Setting.integer("RECALL_TEXT_EMBED_CACHE_TTL_MS", 600_000, 1, ANY);

  public static final Setting<Boolean> RECALL_TEXT_EMBED_BATCH_ENABLED =
      Setting.bool("RECALL_TEXT_EMBED_BATCH_ENABLED", true);
  public static final Setting<Integer> RECALL_TEXT_EMBED_BATCH_MAX_SIZE =
      Setting.integer("RECALL_TEXT_EMBED_BATCH_MAX_SIZE", 24, 1, 256);
  public static final Setting<Integer> RECALL_TEXT_EMBED_BATCH_MAX_WAIT_MS =
      Setting.integer("RECALL_TEXT_EMBED_BATCH_MAX_WAIT_MS", 8, 0, 100);
  public static final Setting<Integer> RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT =
      Setting.integer("RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT", 4, 1, 64);
  public static final Setting<Integer> RECALL_TEXT_EMBED_BATCH_QUEUE_MAX =
      Setting.integer("RECALL_TEXT_EMBED_BATCH_QUEUE_MAX", 12_000, 1, 200_000);
  public static final Setting<Integer> RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS =
      Setting.integer("RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS", 5_000, 1, 60_000);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          EMBEDDING_PROVIDER,
          EMBEDDING_DIM,
          OPENAI_API_KEY,
          OPENAI_EMBEDDING_MODEL,
          OPENAI_EMBED_BATCH_SIZE,
          OPENAI_BASE_URL,
          OPENAI_EMBED_ENDPOINT,
          MINIMAX_API_KEY,
          MINIMAX_GROUP_ID,
          MINIMAX_EMBED_MODEL,
          MINIMAX_EMBED_TYPE,
          MINIMAX_EMBED_ENDPOINT,
          EMBED_HTTP_TIMEOUT_MS,
          EMBED_HTTP_MAX_RETRIES,
          EMBED_HTTP_BASE_DELAY_MS,
          EMBED_HTTP_MAX_DELAY_MS,
          EMBED_HTTP_MAX_CONCURRENCY,
          PERDURA_EMBED_BREAKER_VOLUME,
          PERDURA_EMBED_BREAKER_RATIO,
          PERDURA_EMBED_BREAKER_DELAY_MS,
          PERDURA_EMBED_LOCAL_CONCURRENCY,
          RECALL_TEXT_EMBED_CACHE_ENABLED,
          RECALL_TEXT_EMBED_CACHE_MAX_KEYS,
          RECALL_TEXT_EMBED_CACHE_TTL_MS,
          RECALL_TEXT_EMBED_BATCH_ENABLED,
          RECALL_TEXT_EMBED_BATCH_MAX_SIZE,
          RECALL_TEXT_EMBED_BATCH_MAX_WAIT_MS,
          RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT,
          RECALL_TEXT_EMBED_BATCH_QUEUE_MAX,
          RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  /** Returns the configured length of every vector: local 384, otherwise 1536 unless set. */
  public static int dimension(Settings settings) {
    int configured = settings.get(EMBEDDING_DIM);
    if (configured != EMBEDDING_DIM.fallback()) {
      return configured;
    }
    return settings.get(EMBEDDING_PROVIDER).equals("local") ? LocalModel.DIMENSION : 1536;
  }

  /** Returns the address that texts are posted to. */
  static URI openAiEndpoint(Settings settings) {
    String whole = settings.get(OPENAI_EMBED_ENDPOINT);
    return URI.create(
        whole != null
            ? whole
            : settings.get(OPENAI_BASE_URL).replaceAll("/+$", "") + "/embeddings");
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    switch (settings.get(EMBEDDING_PROVIDER)) {
      case "openai" -> checkOpenAi(settings, faults);
      case "minimax" -> checkMiniMax(settings, faults);
      case "local" -> checkLocal(settings, faults);
      default -> {} // none and fake need nothing
    }
    return faults;
  }

  private static void checkOpenAi(Settings settings, List<String> faults) {
    boolean ownServer =
        settings.get(OPENAI_EMBED_ENDPOINT) != null
            || !settings.get(OPENAI_BASE_URL).equals(OPENAI_BASE_URL.fallback());
    checkKey(settings, OPENAI_API_KEY, !ownServer, faults);
    checkAddress(settings, OPENAI_BASE_URL, faults);
    checkAddress(settings, OPENAI_EMBED_ENDPOINT, faults);
  }

  private static void checkMiniMax(Settings settings, List<String> faults) {
    checkKey(settings, MINIMAX_API_KEY, true, faults);
    if (settings.get(MINIMAX_GROUP_ID) == null) {
      faults.add(MINIMAX_GROUP_ID.name() + ": is required with EMBEDDING_PROVIDER=minimax");
    }
    checkAddress(settings, MINIMAX_EMBED_ENDPOINT, faults);
  }

  private static void checkLocal(Settings settings, List<String> faults) {
    if (dimension(settings) != LocalModel.DIMENSION) {
      faults.add(
          EMBEDDING_DIM.name() + ": the local model makes vectors of " + LocalModel.DIMENSION);
    }
  }

  private static void checkKey(
      Settings settings, Setting<String> key, boolean required, List<String> faults) {
    String value = settings.get(key);
    if (value == null) {
      if (required) {
        faults.add(
            key.name()
                + ": is required with EMBEDDING_PROVIDER="
                + settings.get(EMBEDDING_PROVIDER));
      }
    } else if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      faults.add(key.name() + ": must be printable ASCII without spaces");
    }
  }

  private static void checkAddress(
      Settings settings, Setting<String> address, List<String> faults) {
    String value = settings.get(address);
    if (value == null) {
      return;
    }
    try {
      URI uri = URI.create(value);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Not a URI at all: the same fault as a URI of another kind.
    }
    faults.add(address.name() + ": must be an http or https address");
  }
}
