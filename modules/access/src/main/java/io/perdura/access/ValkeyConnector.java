package io.perdura.access;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Connects to a Valkey or Redis; given sentinels, to whomever they call the primary at that moment.
 *
 * <p>Connections do not reconnect by themselves: who comes back has to be greeted first.
 */
final class ValkeyConnector implements SharedBuckets.Connector {
  private final RedisClient client;
  private final RedisURI uri;
  private final String prefix;
  private final Duration timeout;

  ValkeyConnector(ValkeyAddress address, String prefix, Duration timeout) {
    this.uri = address.uri();
    this.prefix = prefix;
    this.timeout = timeout;
    this.client = RedisClient.create();
    this.client.setOptions(
        ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .sslOptions(address.tls())
            .socketOptions(SocketOptions.builder().connectTimeout(ValkeyAddress.PATIENCE).build())
            .build());
  }

  @Override
  public SharedBuckets connect(boolean fresh) {
    StatefulRedisConnection<String, String> connection = client.connect(StringCodec.UTF8, uri);
    ValkeyBuckets buckets = new ValkeyBuckets(connection, prefix);
    boolean greeted = false;
    try {
      connection.setTimeout(timeout);
      buckets.greet(fresh);
      buckets.ping();
      greeted = true;
      return buckets;
    } finally {
      if (!greeted) {
        buckets.close();
      }
    }
  }

  @Override
  public void close() {
    client.shutdown(0, ValkeyAddress.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
