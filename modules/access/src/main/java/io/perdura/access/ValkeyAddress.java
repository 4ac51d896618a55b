package io.perdura.access;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import io.perdura.kernel.Settings;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Where Valkey is, and how one proves to be oneself there.
 *
 * <pre>
 * redis[s]://[[user:]password@]host[:port][/database]
 * redis[s]-sentinel://[[user:]password@]host[:port][,host[:port]..][/database]#name
 * </pre>
 *
 * <p>The password of a Sentinel address is the store's; the sentinels have one of their own, in a
 * setting of its own. With {@code s} both are spoken to over TLS.
 *
 * @param trusted PEM file with the authorities that are believed; null = those of the Java runtime
 */
record ValkeyAddress(RedisURI uri, File trusted) {
  /** How long a connection may take to come about. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String FORMS =
      "must be a redis://, rediss://, redis-sentinel:// or rediss-sentinel:// address, with #name for sentinels";

  /** Each scheme, and whether its address names sentinels. */
  private static final Map<String, Boolean> SCHEMES =
      Map.of(
          RedisURI.URI_SCHEME_REDIS, false,
          RedisURI.URI_SCHEME_REDIS_SECURE, false,
          RedisURI.URI_SCHEME_REDIS_SENTINEL, true,
          RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE, true);

  /**
   * The configured address; null when none is.
   *
   * @throws IllegalArgumentException when it cannot be one; tells nothing of it, for it may hold a
   *     password
   */
  static ValkeyAddress of(Settings settings) {
    String text = settings.get(LimitSettings.PERDURA_VALKEY_URL);
    if (text == null) {
      return null;
    }
    String file = settings.get(LimitSettings.PERDURA_VALKEY_CA_FILE);
    RedisURI uri = parse(text.trim());
    uri.setTimeout(PATIENCE);
    String password = settings.get(LimitSettings.PERDURA_VALKEY_SENTINEL_PASSWORD);
    for (RedisURI sentinel : uri.getSentinels()) {
      sentinel.setTimeout(PATIENCE);
      sentinel.applySsl(uri);
      if (password != null) {
        sentinel.setCredentialsProvider(
            new StaticCredentialsProvider(null, password.toCharArray()));
      }
    }
    return new ValkeyAddress(uri, file == null ? null : new File(file));
  }

  SslOptions tls() {
    SslOptions.Builder options = SslOptions.builder().jdkSslProvider().handshakeTimeout(PATIENCE);
    return trusted == null ? options.build() : options.trustManager(trusted).build();
  }

  private static RedisURI parse(String text) {
    try {
      // java.net.URI reads a list of hosts as an authority that is no host.
      String scheme = String.valueOf(new URI(text).getScheme()).toLowerCase(Locale.ROOT);
      Boolean sentinels = SCHEMES.get(scheme);
      if (sentinels == null) {
        throw new IllegalArgumentException(FORMS);
      }
      RedisURI uri = RedisURI.create(text);
      boolean sound =
          sentinels
              ? uri.getSentinelMasterId() != null && !uri.getSentinelMasterId().isBlank()
              : uri.getHost() != null && !uri.getHost().isBlank();
      if (!sound) {
        throw new IllegalArgumentException(FORMS);
      }
      return uri;
    } catch (URISyntaxException | IllegalArgumentException e) {
      // The cause may quote the address.
      throw new IllegalArgumentException(FORMS);
    }
  }
}
