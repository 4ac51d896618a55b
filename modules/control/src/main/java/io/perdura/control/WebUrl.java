package io.perdura.control;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.TextRules;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An absolute http or https URL as browsers read it (WHATWG URL), in its one canonical form: lower
 * case host, numeric hosts as addresses, no default port, dot segments resolved.
 *
 * @param scheme {@code http} or {@code https}
 * @param credentials whether it carries a user or password; they are not kept
 * @param host name, dotted IPv4 address, or IPv6 address in brackets; without a final dot
 * @param port what to connect to, the scheme's own when none was given
 * @param tail path, query and fragment
 */
record WebUrl(String scheme, boolean credentials, String host, int port, String tail) {
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?i)(https?):[/\\\\]*([^/\\\\?#]*)([^?#]*)(\\?[^#]*)?(#.*)?", Pattern.DOTALL);
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:(.*)@)?(\\[[^\\]]*\\]|[^:\\[\\]]*)(?::(\\d{0,5}))?", Pattern.DOTALL);
  private static final String NOT_IN_HOSTS = " #%/:<>?@[\\]^|";
  private static final String PATH_SET = " \"#<>?`{}^";
  private static final String QUERY_SET = " \"#<>'";
  private static final String FRAGMENT_SET = " \"<>`";
  private static final int LARGEST_PORT = 65_535;

  /** Reads {@code text}; empty when it is no such URL. */
  static Optional<WebUrl> parse(String text) {
    Matcher url = SHAPE.matcher(TextRules.trim(text));
    if (!url.matches()) {
      return Optional.empty();
    }
    Matcher authority = AUTHORITY.matcher(url.group(2));
    if (!authority.matches()) {
      return Optional.empty();
    }
    String scheme = url.group(1).toLowerCase(Locale.ROOT);
    String host = host(authority.group(2));
    String port = authority.group(3);
    int number = port == null || port.isEmpty() ? standardPort(scheme) : Integer.parseInt(port);
    if (host == null || number > LARGEST_PORT) {
      return Optional.empty();
    }
    String tail =
        path(url.group(3)) + encoded(url.group(4), QUERY_SET) + encoded(url.group(5), FRAGMENT_SET);
    return Optional.of(new WebUrl(scheme, authority.group(1) != null, host, number, tail));
  }

  /** Returns scheme, host and port, as in {@code https://host:8443}. */
  String origin() {
    return scheme + "://" + host + (port == standardPort(scheme) ? "" : ":" + port);
  }

  /** Returns the canonical text. */
  String text() {
    return origin() + tail;
  }

  /** Returns path and query, as a request line carries them. */
  String requestTarget() {
    int fragment = tail.indexOf('#');
    return fragment < 0 ? tail : tail.substring(0, fragment);
  }

  /** Tells whether the host is an address and no name. */
  boolean isLiteral() {
    return address().isPresent();
  }

  /** Returns the address that the host is; empty for a name. Nothing is looked up. */
  Optional<InetAddress> address() {
    boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
    try {
      return literal ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static int standardPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /** Returns the canonical host, null when it is none. */
  private static String host(String raw) {
    if (raw.startsWith("[")) {
      return ipv6(raw);
    }
    String ascii = ascii(percentDecoded(raw));
    if (ascii == null) {
      return null;
    }
    String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
    boolean forbidden =
        name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || NOT_IN_HOSTS.indexOf(c) >= 0);
    if (name.isEmpty() || name.endsWith(".") || forbidden) {
      return null;
    }
    String last = name.substring(name.lastIndexOf('.') + 1);
    return last.matches("[0-9]+|0x[0-9a-f]*") ? ipv4(name) : name;
  }

  private static String ascii(String name) {
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String ipv6(String bracketed) {
    String inner = bracketed.substring(1, bracketed.length() - 1);
    // A zone (%eth0) has no place in a URL's host.
    if (!inner.matches("[0-9A-Fa-f:.]+") || inner.indexOf(':') < 0) {
      return null;
    }
    try {
      InetAddress address = InetAddress.getByName(bracketed);
      return address.getAddress().length == 4
          ? "[::ffff:" + address.getHostAddress() + "]"
          : "[" + address.getHostAddress().toLowerCase(Locale.ROOT) + "]";
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** One to four numbers, decimal, octal (0...) or hexadecimal (0x...); the last fills the rest. */
  private static String ipv4(String name) {
    String[] parts = name.split("\\.", -1);
    if (parts.length > 4) {
      return null;
    }
    long value = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      long part = number(parts[i]);
      long limit = last ? 1L << (8 * (5 - parts.length)) : 256;
      if (part < 0 || part >= limit) {
        return null;
      }
      value += last ? part : part << (8 * (3 - i));
    }
    return (value >> 24)
        + "."
        + (value >> 16 & 255)
        + "."
        + (value >> 8 & 255)
        + "."
        + (value & 255);
  }

  private static long number(String text) {
    try {
      if (text.startsWith("0x")) {
        return text.length() == 2 ? 0 : Long.parseLong(text.substring(2), 16);
      }
      boolean octal = text.length() > 1 && text.startsWith("0");
      return text.matches("[0-9]{1,20}") ? Long.parseLong(text, octal ? 8 : 10) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String path(String raw) {
    String[] segments = raw.replace('\\', '/').split("/", -1);
    Deque<String> kept = new ArrayDeque<>();
    for (int i = 1; i < segments.length; i++) {
      String segment = segments[i];
      String plain = segment.replaceAll("(?i)%2e", ".");
      boolean last = i == segments.length - 1;
      if (plain.equals("..")) {
        kept.pollLast();
      }
      if (!plain.equals("..") && !plain.equals(".")) {
        kept.addLast(encoded(segment, PATH_SET));
      } else if (last) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", kept);
  }

  /** Percent-encodes what is not printable ASCII, and what is in {@code set}; null gives "". */
  private static String encoded(String text, String set) {
    if (text == null) {
      return "";
    }
    StringBuilder out = new StringBuilder(text.length());
    byte[] bytes = Hashes.utf8(text);
    for (int i = 0; i < bytes.length; i++) {
      int b = bytes[i] & 255;
      // The mark that begins a query or fragment is no part of it.
      boolean mark = i == 0 && (b == '?' || b == '#');
      if (!mark && (b < 0x21 || b > 0x7e || set.indexOf(b) >= 0)) {
        out.append(String.format("%%%02X", b));
      } else {
        out.append((char) b);
      }
    }
    return out.toString();
  }

  private static String percentDecoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = Hashes.utf8(text);
    byte[] out = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (bytes[i] == '%' && high >= 0 && low >= 0) {
        out[length++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        out[length++] = bytes[i];
      }
    }
    return new String(Arrays.copyOf(out, length), StandardCharsets.UTF_8);
  }
}
