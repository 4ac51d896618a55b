package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Which address a request came from. */
@ApplicationScoped
public class ClientAddress {
  private final boolean trustProxy;
  private final int hops;

  /** For the container's proxy. */
  protected ClientAddress() {
    this.trustProxy = false;
    this.hops = 1;
  }

  @Inject
  public ClientAddress(Settings settings) {
    this.trustProxy = settings.get(AccessSettings.TRUST_PROXY);
    this.hops = settings.get(AccessSettings.PERDURA_TRUSTED_HOPS);
  }

  /**
   * Returns the client's address: the socket's, or behind trusted proxies the entry of
   * X-Forwarded-For that the outermost of them appended. Entries further left are whatever the
   * client claims.
   *
   * @param forwardedFor all X-Forwarded-For headers, in order
   */
  public String of(String socketAddress, List<String> forwardedFor) {
    if (!trustProxy || forwardedFor.isEmpty()) {
      return socketAddress;
    }
    String[] entries = String.join(",", forwardedFor).split(",");
    String entry = entries[Math.max(0, entries.length - hops)].trim();
    return entry.isEmpty() ? socketAddress : entry;
  }

  /** Tells whether {@code address} is this host's loopback, in any of its usual spellings. */
  public static boolean isLoopback(String address) {
    return address.equals("127.0.0.1")
        || address.equals("::1")
        || address.equals("0:0:0:0:0:0:0:1")
        || address.startsWith("::ffff:127.0.0.1");
  }
}
