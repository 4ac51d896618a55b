package io.perdura.access;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Settings of access: credentials, browser origins, proxies and in-flight gates (policy-control,
 * section 9.4). Names starting with PERDURA_ are our own.
 */
public final class AccessSettings implements SettingCatalog {
  public static final Setting<String> MEMORY_AUTH_MODE =
      Setting.choice("MEMORY_AUTH_MODE", "off", "off", "api_key", "jwt", "api_key_or_jwt");

  /** Static keys as a JSON object; see {@link KeyRegistry}. */
  public static final Setting<String> MEMORY_API_KEYS_JSON = Setting.secret("MEMORY_API_KEYS_JSON");

  public static final Setting<String> ADMIN_TOKEN = Setting.secret("ADMIN_TOKEN");

  /** Whether the client's address is taken from X-Forwarded-For. */
  public static final Setting<Boolean> TRUST_PROXY = Setting.bool("TRUST_PROXY", false);

  /**
   * How many proxies of ours stand in front: the client is that many entries from the right of
   * X-Forwarded-For.
   */
  public static final Setting<Integer> PERDURA_TRUSTED_HOPS =
      Setting.integer("PERDURA_TRUSTED_HOPS", 1, 1, 16);

  /**
   * Comma list of addresses and ranges of our own proxies: X-Forwarded-For counts only when it
   * comes from one of them. Unset: from anybody, PERDURA_TRUSTED_HOPS deep.
   */
  public static final Setting<String> PERDURA_TRUSTED_PROXIES =
      Setting.text("PERDURA_TRUSTED_PROXIES", null);

  /**
   * Whether a principal that names no agent (or team) is refused when a request claims one; the
   * contract lets it claim any of its tenant.
   */
  public static final Setting<Boolean> PERDURA_IDENTITY_STRICT =
      Setting.bool("PERDURA_IDENTITY_STRICT", false);

  /** Comma list of browser origins; unset = every origin, in production none. */
  public static final Setting<String> CORS_ALLOW_ORIGINS = Setting.text("CORS_ALLOW_ORIGINS", null);

  public static final Setting<Boolean> RATE_LIMIT_ENABLED =
      Setting.bool("RATE_LIMIT_ENABLED", true);
  public static final Setting<Boolean> RATE_LIMIT_BYPASS_LOOPBACK =
      Setting.bool("RATE_LIMIT_BYPASS_LOOPBACK", true);
  public static final Setting<Boolean> TENANT_QUOTA_ENABLED =
      Setting.bool("TENANT_QUOTA_ENABLED", true);

  /**
   * Threads that the server keeps for requests and jobs. A request holds one while it waits at a
   * gate, so queues are cut to what these threads can hold; see {@link InflightGates}.
   */
  public static final Setting<Integer> PERDURA_REQUEST_THREADS =
      Setting.integer("PERDURA_REQUEST_THREADS", 448, 64, 5_000);

  public static final Setting<Integer> API_RECALL_MAX_INFLIGHT =
      Setting.integer("API_RECALL_MAX_INFLIGHT", 48, 1, 5_000);
  public static final Setting<Integer> API_RECALL_QUEUE_MAX =
      Setting.integer("API_RECALL_QUEUE_MAX", 144, 0, 200_000);

  /** Milliseconds. */
  public static final Setting<Integer> API_RECALL_QUEUE_TIMEOUT_MS =
      Setting.integer("API_RECALL_QUEUE_TIMEOUT_MS", 2_000, 1, 60_000);

  public static final Setting<Integer> API_WRITE_MAX_INFLIGHT =
      Setting.integer("API_WRITE_MAX_INFLIGHT", 24, 1, 5_000);
  public static final Setting<Integer> API_WRITE_QUEUE_MAX =
      Setting.integer("API_WRITE_QUEUE_MAX", 144, 0, 200_000);

  /** Milliseconds. */
  public static final Setting<Integer> API_WRITE_QUEUE_TIMEOUT_MS =
      Setting.integer("API_WRITE_QUEUE_TIMEOUT_MS", 2_000, 1, 60_000);

  /** Every setting of this module. */
  public static final List<Setting<?>> ALL =
      List.of(
          MEMORY_AUTH_MODE,
          MEMORY_API_KEYS_JSON,
          ADMIN_TOKEN,
          TRUST_PROXY,
          PERDURA_TRUSTED_HOPS,
          PERDURA_TRUSTED_PROXIES,
          PERDURA_IDENTITY_STRICT,
          CORS_ALLOW_ORIGINS,
          RATE_LIMIT_ENABLED,
          RATE_LIMIT_BYPASS_LOOPBACK,
          TENANT_QUOTA_ENABLED,
          PERDURA_REQUEST_THREADS,
          API_RECALL_MAX_INFLIGHT,
          API_RECALL_QUEUE_MAX,
          API_RECALL_QUEUE_TIMEOUT_MS,
          API_WRITE_MAX_INFLIGHT,
          API_WRITE_QUEUE_MAX,
          API_WRITE_QUEUE_TIMEOUT_MS);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> faults = new ArrayList<>();
    String mode = settings.get(MEMORY_AUTH_MODE);
    if (takesKeys(mode)) {
      checkKeys(settings, faults);
    }
    try {
      trustedProxies(settings);
    } catch (IllegalArgumentException e) {
      faults.add(PERDURA_TRUSTED_PROXIES.name() + ": " + e.getMessage());
    }
    if (settings.isProduction()) {
      checkProduction(settings, faults);
    }
    return faults;
  }

  /** Returns the addresses of our own proxies; empty when they are not listed. */
  static List<AddressRange> trustedProxies(Settings settings) {
    return items(settings.get(PERDURA_TRUSTED_PROXIES)).stream().map(AddressRange::parse).toList();
  }

  private static List<String> items(String list) {
    return list == null
        ? List.of()
        : Arrays.stream(list.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /** Returns the configured browser origins; {@code *} alone outside production when unset. */
  public static List<String> corsOrigins(Settings settings) {
    String list = settings.get(CORS_ALLOW_ORIGINS);
    if (list == null) {
      return settings.isProduction() ? List.of() : List.of("*");
    }
    return items(list);
  }

  /** Tells whether API keys are credentials in auth mode {@code mode}. */
  static boolean takesKeys(String mode) {
    return mode.contains("api_key");
  }

  private static void checkKeys(Settings settings, List<String> faults) {
    try {
      KeyRegistry registry = KeyRegistry.parse(settings.get(MEMORY_API_KEYS_JSON));
      if (!settings.isProduction()) {
        return;
      }
      if (registry.isEmpty() && settings.get(ADMIN_TOKEN) == null) {
        faults.add(
            MEMORY_API_KEYS_JSON.name()
                + ": must hold at least one key in production, unless ADMIN_TOKEN is set to make managed keys with");
      }
      for (String weakness : registry.weaknesses()) {
        faults.add(MEMORY_API_KEYS_JSON.name() + ": " + weakness);
      }
    } catch (IllegalArgumentException e) {
      faults.add(MEMORY_API_KEYS_JSON.name() + ": " + e.getMessage());
    }
  }

  private static void checkProduction(Settings settings, List<String> faults) {
    if (settings.get(MEMORY_AUTH_MODE).equals("off")) {
      faults.add(MEMORY_AUTH_MODE.name() + ": must not be off in production");
    }
    if (settings.get(RATE_LIMIT_BYPASS_LOOPBACK)) {
      faults.add(RATE_LIMIT_BYPASS_LOOPBACK.name() + ": must be false in production");
    }
    if (!settings.get(RATE_LIMIT_ENABLED)) {
      faults.add(RATE_LIMIT_ENABLED.name() + ": must be true in production");
    }
    if (!settings.get(TENANT_QUOTA_ENABLED)) {
      faults.add(TENANT_QUOTA_ENABLED.name() + ": must be true in production");
    }
    if (corsOrigins(settings).contains("*")) {
      faults.add(CORS_ALLOW_ORIGINS.name() + ": must not be * in production");
    }
    String token = settings.get(ADMIN_TOKEN);
    String weakness = token == null ? null : Secrets.fault(token, Secrets.MIN_BYTES);
    if (weakness != null) {
      faults.add(ADMIN_TOKEN.name() + ": " + weakness);
    }
  }
}
