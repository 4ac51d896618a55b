package io.perdura.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IP addresses: {@code 10.0.0.0/8}, {@code fd00::/8}, or one address.
 *
 * @param network its address, 4 or 16 bytes
 * @param bits how many leading bits all addresses of the range share
 */
record AddressRange(byte[] network, int bits) {
  private static final Pattern IPV4 =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException when {@code text} is none
   */
  static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("must hold addresses or ranges like 10.0.0.0/8");
    }
    int most = address.length * 8;
    int bits = slash < 0 ? most : prefix(text.substring(slash + 1), most);
    return new AddressRange(address, bits);
  }

  boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    for (int i = 0; i * 8 < bits; i++) {
      int mask = 0xff << Math.max(0, 8 - (bits - i * 8));
      if (((address[i] ^ network[i]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes of an address, 4 for an IPv4 address in IPv6; null for any other text. */
  static byte[] bytes(String literal) {
    Matcher four = IPV4.matcher(literal);
    if (four.matches()) {
      byte[] bytes = new byte[4];
      for (int i = 0; i < 4; i++) {
        int value = Integer.parseInt(four.group(i + 1));
        if (value > 255) {
          return null;
        }
        bytes[i] = (byte) value;
      }
      return bytes;
    }
    if (literal.indexOf(':') < 0 || !IPV6.matcher(literal).matches()) {
      return null;
    }
    try {
      // In brackets it is never taken for a name, so nobody is asked.
      return InetAddress.getAllByName("[" + literal + "]")[0].getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static int prefix(String text, int most) {
    if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= most) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("must hold ranges of at most " + most + " bits");
  }
}
