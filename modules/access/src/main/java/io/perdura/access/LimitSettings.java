package io.perdura.access;

import io.perdura.access.Limiter.Category;
import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Settings of rate limits and tenant quotas (policy-control, section 9.4). */
public final class LimitSettings implements SettingCatalog {
  private static final int MAX_WAIT_MS = 5_000;

  /** Milliseconds after which the unused bucket of a client may be forgotten; at least 1000. */
  public static final Setting<Integer> RATE_LIMIT_TTL_MS =
      Setting.integer("RATE_LIMIT_TTL_MS", 600_000, 1, Integer.MAX_VALUE);

  public static final Setting<Double> RECALL_RATE_LIMIT_RPS = rps("RECALL_RATE_LIMIT_RPS", 10);
  public static final Setting<Integer> RECALL_RATE_LIMIT_BURST =
      burst("RECALL_RATE_LIMIT_BURST", 20);
  public static final Setting<Double> WRITE_RATE_LIMIT_RPS = rps("WRITE_RATE_LIMIT_RPS", 5);
  public static final Setting<Integer> WRITE_RATE_LIMIT_BURST = burst("WRITE_RATE_LIMIT_BURST", 10);
  public static final Setting<Integer> WRITE_RATE_LIMIT_MAX_WAIT_MS =
      maxWait("WRITE_RATE_LIMIT_MAX_WAIT_MS", 200);
  public static final Setting<Double> DEBUG_EMBED_RATE_LIMIT_RPS =
      rps("DEBUG_EMBED_RATE_LIMIT_RPS", 0.2);
  public static final Setting<Integer> DEBUG_EMBED_RATE_LIMIT_BURST =
      burst("DEBUG_EMBED_RATE_LIMIT_BURST", 2);
  public static final Setting<Double> RECALL_TEXT_EMBED_RATE_LIMIT_RPS =
      rps("RECALL_TEXT_EMBED_RATE_LIMIT_RPS", 4);
  public static final Setting<Integer> RECALL_TEXT_EMBED_RATE_LIMIT_BURST =
      burst("RECALL_TEXT_EMBED_RATE_LIMIT_BURST", 8);
  public static final Setting<Integer> RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS =
      maxWait("RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", 600);

  public static final Setting<Double> TENANT_RECALL_RATE_LIMIT_RPS =
      rps("TENANT_RECALL_RATE_LIMIT_RPS", 30);
  public static final Setting<Integer> TENANT_RECALL_RATE_LIMIT_BURST =
      burst("TENANT_RECALL_RATE_LIMIT_BURST", 60);
  public static final Setting<Double> TENANT_WRITE_RATE_LIMIT_RPS =
      rps("TENANT_WRITE_RATE_LIMIT_RPS", 10);
  public static final Setting<Integer> TENANT_WRITE_RATE_LIMIT_BURST =
      burst("TENANT_WRITE_RATE_LIMIT_BURST", 20);
  public static final Setting<Integer> TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS =
      maxWait("TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS", 300);
  public static final Setting<Double> TENANT_DEBUG_EMBED_RATE_LIMIT_RPS =
      rps("TENANT_DEBUG_EMBED_RATE_LIMIT_RPS", 1);
  public static final Setting<Integer> TENANT_DEBUG_EMBED_RATE_LIMIT_BURST =
      burst("TENANT_DEBUG_EMBED_RATE_LIMIT_BURST", 4);
  public static final Setting<Double> TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_RPS =
      rps("TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_RPS", 8);
  public static final Setting<Integer> TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_BURST =
      burst("TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_BURST", 16);
  public static final Setting<Integer> TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS =
      maxWait("TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS", 800);

  /**
   * Where all servers count together: {@code redis://}, {@code rediss://} (TLS), {@code
   * redis-sentinel://host,host#name} or {@code rediss-sentinel://}, each with {@code
   * user:password@} if need be; unset = each server counts for itself.
   */
  public static final Setting<String> PERDURA_VALKEY_URL = Setting.secret("PERDURA_VALKEY_URL");

  /** Password of the sentinels; that of Valkey itself is in its address. */
  public static final Setting<String> PERDURA_VALKEY_SENTINEL_PASSWORD =
      Setting.secret("PERDURA_VALKEY_SENTINEL_PASSWORD");

  /** PEM file with the authorities that Valkey's certificate may come from; unset = Java's own. */
  public static final Setting<String> PERDURA_VALKEY_CA_FILE =
      Setting.text("PERDURA_VALKEY_CA_FILE", null);

  /** First part of every key, for installations that share one Valkey. */
  public static final Setting<String> PERDURA_VALKEY_PREFIX =
      Setting.text("PERDURA_VALKEY_PREFIX", "perdura");

  /** Milliseconds after which Valkey counts as lost. */
  public static final Setting<Integer> PERDURA_VALKEY_TIMEOUT_MS =
      Setting.integer("PERDURA_VALKEY_TIMEOUT_MS", 250, 10, 5_000);

  /** Every setting of this catalog. */
  public static final List<Setting<?>> ALL =
      List.of(
          RATE_LIMIT_TTL_MS,
          RECALL_RATE_LIMIT_RPS,
          RECALL_RATE_LIMIT_BURST,
          WRITE_RATE_LIMIT_RPS,
          WRITE_RATE_LIMIT_BURST,
          WRITE_RATE_LIMIT_MAX_WAIT_MS,
          DEBUG_EMBED_RATE_LIMIT_RPS,
          DEBUG_EMBED_RATE_LIMIT_BURST,
          RECALL_TEXT_EMBED_RATE_LIMIT_RPS,
          RECALL_TEXT_EMBED_RATE_LIMIT_BURST,
          RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS,
          TENANT_RECALL_RATE_LIMIT_RPS,
          TENANT_RECALL_RATE_LIMIT_BURST,
          TENANT_WRITE_RATE_LIMIT_RPS,
          TENANT_WRITE_RATE_LIMIT_BURST,
          TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS,
          TENANT_DEBUG_EMBED_RATE_LIMIT_RPS,
          TENANT_DEBUG_EMBED_RATE_LIMIT_BURST,
          TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_RPS,
          TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_BURST,
          TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS,
          PERDURA_VALKEY_URL,
          PERDURA_VALKEY_SENTINEL_PASSWORD,
          PERDURA_VALKEY_CA_FILE,
          PERDURA_VALKEY_PREFIX,
          PERDURA_VALKEY_TIMEOUT_MS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    try {
      ValkeyAddress.of(settings);
    } catch (IllegalArgumentException e) {
      faults.add(PERDURA_VALKEY_URL.name() + ": " + e.getMessage());
    }
    String file = settings.get(PERDURA_VALKEY_CA_FILE);
    if (file != null && !Files.isReadable(Path.of(file))) {
      faults.add(PERDURA_VALKEY_CA_FILE.name() + ": there is no such file, or it cannot be read");
    }
    return faults;
  }

  static Map<Category, Rate> clientRates(Settings settings) {
    Map<Category, Rate> rates = new EnumMap<>(Category.class);
    rates.put(
        Category.RECALL, rate(settings, RECALL_RATE_LIMIT_RPS, RECALL_RATE_LIMIT_BURST, null));
    rates.put(
        Category.WRITE,
        rate(settings, WRITE_RATE_LIMIT_RPS, WRITE_RATE_LIMIT_BURST, WRITE_RATE_LIMIT_MAX_WAIT_MS));
    rates.put(
        Category.DEBUG_EMBEDDINGS,
        rate(settings, DEBUG_EMBED_RATE_LIMIT_RPS, DEBUG_EMBED_RATE_LIMIT_BURST, null));
    rates.put(
        Category.RECALL_TEXT_EMBED,
        rate(
            settings,
            RECALL_TEXT_EMBED_RATE_LIMIT_RPS,
            RECALL_TEXT_EMBED_RATE_LIMIT_BURST,
            RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS));
    return rates;
  }

  static Map<Category, Rate> tenantRates(Settings settings) {
    Map<Category, Rate> rates = new EnumMap<>(Category.class);
    rates.put(
        Category.RECALL,
        rate(settings, TENANT_RECALL_RATE_LIMIT_RPS, TENANT_RECALL_RATE_LIMIT_BURST, null));
    rates.put(
        Category.WRITE,
        rate(
            settings,
            TENANT_WRITE_RATE_LIMIT_RPS,
            TENANT_WRITE_RATE_LIMIT_BURST,
            TENANT_WRITE_RATE_LIMIT_MAX_WAIT_MS));
    rates.put(
        Category.DEBUG_EMBEDDINGS,
        rate(
            settings,
            TENANT_DEBUG_EMBED_RATE_LIMIT_RPS,
            TENANT_DEBUG_EMBED_RATE_LIMIT_BURST,
            null));
    rates.put(
        Category.RECALL_TEXT_EMBED,
        rate(
            settings,
            TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_RPS,
            TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_BURST,
            TENANT_RECALL_TEXT_EMBED_RATE_LIMIT_MAX_WAIT_MS));
    return rates;
  }

  private static Rate rate(
      Settings settings, Setting<Double> rps, Setting<Integer> burst, Setting<Integer> maxWait) {
    return new Rate(
        settings.get(rps), settings.get(burst), maxWait == null ? 0 : settings.get(maxWait));
  }

  private static Setting<Double> rps(String name, double fallback) {
    return Setting.number(name, fallback, 0.000_001, 1_000_000);
  }

  private static Setting<Integer> burst(String name, int fallback) {
    return Setting.integer(name, fallback, 1, Integer.MAX_VALUE);
  }

  private static Setting<Integer> maxWait(String name, int fallback) {
    return Setting.integer(name, fallback, 0, MAX_WAIT_MS);
  }
}
