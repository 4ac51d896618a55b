package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Which address a request came from: the socket's, unless a proxy of ours is there. Entries of
 * X-Forwarded-For beyond the last proxy of ours are whatever the client claims, and never count.
 */
@ApplicationScoped
public class ClientAddress {
  private final boolean trustProxy;
  private final int hops;
  private final List<AddressRange> proxies;

  /** For the container's proxy. */
  protected ClientAddress() {
    this.trustProxy = false;
    this.hops = 1;
    this.proxies = List.of();
  }

  @Inject
  public ClientAddress(Settings settings) {
    this.trustProxy = settings.get(AccessSettings.TRUST_PROXY);
    this.hops = settings.get(AccessSettings.PERDURA_TRUSTED_HOPS);
    this.proxies = AccessSettings.trustedProxies(settings);
  }

  /**
   * Returns the client's address. With a list of proxies: the rightmost entry that is none of them,
   * and the socket's when it is not itself one of them. With a number of hops alone: the entry that
   * the outermost proxy appended.
   *
   * @param forwardedFor all X-Forwarded-For headers, in order
   */
  public String of(String socketAddress, List<String> forwardedFor) {
    if (!trustProxy || forwardedFor.isEmpty()) {
      return socketAddress;
    }
    String[] entries = String.join(",", forwardedFor).split(",", -1);
    if (proxies.isEmpty()) {
      byte[] entry = address(entries[Math.max(0, entries.length - hops)]);
      return entry == null ? socketAddress : text(entry);
    }
    byte[] client = address(socketAddress);
    for (int i = entries.length - 1; i >= 0 && isProxy(client); i--) {
      byte[] entry = address(entries[i]);
      if (entry == null) {
        break;
      }
      client = entry;
    }
    return client == null ? socketAddress : text(client);
  }

  /** Tells whether {@code address} is this host's loopback, in any of its usual spellings. */
  public static boolean isLoopback(String address) {
    return address.equals("127.0.0.1")
        || address.equals("::1")
        || address.equals("0:0:0:0:0:0:0:1")
        || address.startsWith("::ffff:127.0.0.1");
  }

  private boolean isProxy(byte[] address) {
    return address != null && proxies.stream().anyMatch(range -> range.contains(address));
  }

  /** Reads an entry, which may carry a port; null when it is no address. */
  private static byte[] address(String entry) {
    String text = entry.trim();
    int bracket = text.indexOf(']');
    if (text.startsWith("[") && bracket > 0) {
      text = text.substring(1, bracket);
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      text = text.substring(0, text.indexOf(':'));
    }
    return AddressRange.bytes(text);
  }

  /** One spelling for one address, so that it has one bucket. */
  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
