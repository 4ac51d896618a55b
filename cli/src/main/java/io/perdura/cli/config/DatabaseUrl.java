package io.perdura.cli.config;

import io.perdura.cli.Trouble;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;

/**
 * {@code DATABASE_URL} in the form the JDBC driver and the container's pool understand.
 *
 * <p>The JDBC URL never contains user or password, so that it may be logged. Several hosts keep
 * their order: {@code postgres://user:secret@db1:5432,db2:5432/perdura?sslmode=verify-full}.
 *
 * @param jdbcUrl {@code jdbc:postgresql://hosts/database?parameters}
 * @param user never empty
 * @param password empty when the URL has none
 * @param options server settings ({@code -c name=value ...}) asked for by the URL, empty when none
 */
public record DatabaseUrl(String jdbcUrl, String user, String password, String options) {
  private static final int DEFAULT_PORT = 5432;
  private static final Pattern URL =
      Pattern.compile(
          "(?:jdbc:)?postgres(?:ql)?://(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?"
              + "(?<hosts>[^/?#]*)(?:/(?<database>[^?#]*))?(?:\\?(?<query>[^#]*))?");
  private static final Pattern HOST =
      Pattern.compile("(?<name>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(?<port>\\d{1,5}))?");

  /** Names that libpq users write, and the driver's names for them. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "application_name", "ApplicationName",
          "connect_timeout", "connectTimeout",
          "channel_binding", "channelBinding",
          "keepalives", "tcpKeepAlive",
          "gssencmode", "gssEncMode",
          "search_path", "currentSchema",
          "schema", "currentSchema");

  private static final Map<String, String> SESSION_ATTRIBUTES =
      Map.of(
          "any", "any",
          "read-write", "primary",
          "primary", "primary",
          "read-only", "secondary",
          "standby", "secondary",
          "prefer-standby", "preferSecondary");

  /**
   * The database that the environment names, in the driver's own form ({@code PERDURA_DB_URL},
   * {@code _USER}, {@code _PASSWORD}), which wins, or as {@code DATABASE_URL}; empty when it names
   * none.
   */
  public static Optional<DatabaseUrl> of(Environment environment) {
    return environment
        .get("PERDURA_DB_URL")
        .map(url ->
            new DatabaseUrl(
                requireJdbc(url.trim()),
                environment.get("PERDURA_DB_USER", "perdura"),
                environment.get("PERDURA_DB_PASSWORD", ""),
                environment.get("PERDURA_DB_EXTRA_OPTIONS", "")))
        .or(() -> environment.get("DATABASE_URL").map(DatabaseUrl::parse));
  }

  /** Parses {@code url}; the complaint about a wrong one never repeats it. */
  public static DatabaseUrl parse(String url) {
    Matcher matcher = URL.matcher(url.trim());
    if (!matcher.matches()) {
      throw new Trouble(
          "DATABASE_URL must look like postgres://user:password@host:5432/database (a character"
              + " such as @ or / inside the password is written %40 or %2F).");
    }
    Map<String, String> parameters = parameters(matcher.group("query"));
    String user = firstOf(decode(matcher.group("user")), parameters.remove("user"));
    String password = firstOf(decode(matcher.group("password")), parameters.remove("password"));
    String options = firstOf(parameters.remove("options"), "");
    if (user.isEmpty()) {
      throw new Trouble(
          "DATABASE_URL names no user: write postgres://user:password@host/database.");
    }
    String database = decode(matcher.group("database"));
    String jdbc =
        "jdbc:postgresql://"
            + hosts(matcher.group("hosts"))
            + "/"
            + encode(database.isEmpty() ? user : database)
            + query(parameters);
    return new DatabaseUrl(jdbc, user, password, options);
  }

  private static String requireJdbc(String url) {
    if (!url.startsWith("jdbc:postgresql://")) {
      throw new Trouble("PERDURA_DB_URL must look like jdbc:postgresql://host:5432/database.");
    }
    return url;
  }

  /** Hosts, ports and database, for messages. */
  public String target() {
    int query = jdbcUrl.indexOf('?');
    return jdbcUrl.substring("jdbc:postgresql://".length(), query < 0 ? jdbcUrl.length() : query);
  }

  @Override
  public String toString() {
    return "DatabaseUrl[" + target() + "]";
  }

  private static String hosts(String text) {
    if (text.isEmpty()) {
      throw new Trouble(
          "DATABASE_URL names no host; the server needs a TCP address, a socket directory will not"
              + " do.");
    }
    List<String> hosts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher host = HOST.matcher(part.trim());
      if (!host.matches()) {
        throw new Trouble("DATABASE_URL has a host that is not of the form name:port.");
      }
      int port = host.group("port") == null ? DEFAULT_PORT : Integer.parseInt(host.group("port"));
      if (port < 1 || port > 65535) {
        throw new Trouble("DATABASE_URL has a port that is not between 1 and 65535.");
      }
      hosts.add(host.group("name") + ":" + port);
    }
    return String.join(",", hosts);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      put(parameters, name, value);
    }
    return parameters;
  }

  private static void put(Map<String, String> parameters, String name, String value) {
    if (name.equals("target_session_attrs")) {
      String type = SESSION_ATTRIBUTES.get(value);
      if (type == null) {
        throw new Trouble("DATABASE_URL has an unknown value for target_session_attrs.");
      }
      parameters.put("targetServerType", type);
      return;
    }
    String driverName = ALIASES.getOrDefault(name, name);
    if (PGProperty.forName(driverName) == null) {
      throw new Trouble("DATABASE_URL has the parameter " + name + ", which is not known here.");
    }
    boolean flag = driverName.equals("tcpKeepAlive") && (value.equals("1") || value.equals("0"));
    parameters.put(driverName, flag ? Boolean.toString(value.equals("1")) : value);
  }

  private static String query(Map<String, String> parameters) {
    if (parameters.isEmpty()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    parameters.forEach((name, value) -> parts.add(name + "=" + encode(value)));
    return "?" + String.join("&", parts);
  }

  private static String firstOf(String one, String other) {
    if (one != null && !one.isEmpty()) {
      return one;
    }
    return other == null ? "" : other;
  }

  /** Percent escapes only: a plus sign is a plus sign. */
  private static String decode(String text) {
    if (text == null) {
      return "";
    }
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Trouble("DATABASE_URL has a broken percent escape.", e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
