package io.perdura.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which addresses are of the public internet. Everything else is somebody's inside. */
final class Addresses {
  /** Private, shared, local, reserved and documentation ranges; metadata services of clouds. */
  private static final List<Range> INSIDE =
      ranges(
          "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
              + " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3"
              + " ::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/9 ff00::/8");

  /** Ranges whose addresses carry an IPv4 address from that byte on: NAT64, 6to4. */
  private static final Range NAT64 = Range.of("64:ff9b::/96");

  private static final Range SIX_TO_FOUR = Range.of("2002::/16");

  private Addresses() {}

  static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (NAT64.contains(bytes)) {
      return isPublic(embedded(bytes, 12));
    }
    if (SIX_TO_FOUR.contains(bytes)) {
      return isPublic(embedded(bytes, 2));
    }
    // Java has read IPv4-mapped addresses (::ffff:a.b.c.d) as the IPv4 address that they are.
    return INSIDE.stream().noneMatch(range -> range.contains(bytes));
  }

  private static InetAddress embedded(byte[] bytes, int from) {
    return address(Arrays.copyOfRange(bytes, from, from + 4));
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static List<Range> ranges(String list) {
    List<Range> ranges = new ArrayList<>();
    for (String one : list.split(" ")) {
      ranges.add(Range.of(one));
    }
    return List.copyOf(ranges);
  }

  /** An address and how many of its first bits count. */
  private record Range(InetAddress network, int bits) {
    static Range of(String text) {
      int slash = text.indexOf('/');
      try {
        return new Range(
            InetAddress.getByName(text.substring(0, slash)),
            Integer.parseInt(text.substring(slash + 1)));
      } catch (UnknownHostException e) {
        throw new IllegalStateException(text + " is no range", e);
      }
    }

    boolean contains(byte[] bytes) {
      byte[] mine = network.getAddress();
      if (mine.length != bytes.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        int mask = 0x80 >> (i % 8);
        if ((mine[i / 8] & mask) != (bytes[i / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }
}
