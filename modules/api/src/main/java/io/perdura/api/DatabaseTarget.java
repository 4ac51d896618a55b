package io.perdura.api;

import io.perdura.kernel.Hashes;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the database without revealing it (contract, section 2): the hash of {@code
 * <host>:<port>/<name>}, with every spelling of this host as {@code loopback}.
 */
final class DatabaseTarget {
  private static final Pattern URL =
      Pattern.compile(
          "(?:jdbc:)?(?:postgres|postgresql)://(?:[^@/?]*@)?(?<hosts>[^/?]*)/(?<name>[^?]+)(?:\\?.*)?",
          Pattern.DOTALL);
  private static final Pattern HOST =
      Pattern.compile("(?<host>\\[[^]]+]|[^:]+)(?::(?<port>\\d+))?");

  private DatabaseTarget() {}

  /**
   * Returns the hash of the first URL that is set; null when it cannot be parsed.
   *
   * @param databaseUrl as the operator wrote it, null when the launcher already translated it
   * @param jdbcUrl as the pool uses it
   */
  static String hash(String databaseUrl, String jdbcUrl) {
    String target = target(databaseUrl != null ? databaseUrl : jdbcUrl);
    return target == null ? null : Hashes.sha256Hex(target);
  }

  /** Returns the text that is hashed; several hosts are joined by commas. */
  static String target(String url) {
    Matcher parts = URL.matcher(url == null ? "" : url);
    if (!parts.matches()) {
      return null;
    }
    StringBuilder hosts = new StringBuilder();
    for (String host : parts.group("hosts").split(",")) {
      Matcher address = HOST.matcher(host);
      if (!address.matches()) {
        return null;
      }
      String port = address.group("port");
      hosts
          .append(hosts.isEmpty() ? "" : ",")
          .append(name(address.group("host")))
          .append(':')
          .append(port == null ? "5432" : port);
    }
    return hosts + "/" + parts.group("name");
  }

  private static String name(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "localhost", "127.0.0.1", "::1", "[::1]" -> "loopback";
      default -> name;
    };
  }
}
