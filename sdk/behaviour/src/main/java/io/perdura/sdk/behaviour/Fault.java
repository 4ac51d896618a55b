package io.perdura.sdk.behaviour;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What shall go wrong with the next requests to a path.
 *
 * @param method null for every method
 * @param headers of a status answer
 * @param body of a status answer, as JSON text
 * @param totalMillis how long a slow answer takes
 */
record Fault(
    Kind kind,
    String method,
    String path,
    int status,
    Map<String, String> headers,
    String body,
    long totalMillis) {

  enum Kind {
    /** Answered without asking the server. */
    STATUS,
    /** The connection is closed without asking the server. */
    DROP_BEFORE,
    /** The server answers; the connection is closed without passing that on. */
    DROP_AFTER_SEND,
    /** The server's answer, headers at once and the body late. */
    SLOW_BODY,
    /** The server's answer, all of it late. */
    SLOW_ANSWER,
    /** The server's status and headers with the first half of its body. */
    MALFORMED_BODY;

    static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern DATE = Pattern.compile("\\{\\{http_date\\+(\\d+)s}}");

  /** One fault of the control request, which is to strike {@code times} times. */
  static Fault of(Map<?, ?> input) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (input.get("headers") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> headers.put(name.toString(), value.toString()));
    }
    Object path = input.get("path");
    if (path == null) {
      throw new IllegalArgumentException("a fault needs a path");
    }
    return new Fault(
        Kind.of(String.valueOf(input.get("fault"))),
        (String) input.get("method"),
        path.toString(),
        (int) number(input, "status", 500),
        headers,
        input.containsKey("body") ? Json.write(input.get("body")) : "{}",
        number(input, "total_ms", 0));
  }

  static long number(Map<?, ?> input, String name, long otherwise) {
    return input.get(name) instanceof Number number ? number.longValue() : otherwise;
  }

  boolean strikes(HttpMessage request) {
    return path.equals(request.path()) && (method == null || method.equals(request.method()));
  }

  /** The answer of a status fault. */
  HttpMessage answer() {
    HttpMessage answer = HttpMessage.answer(status, "application/json; charset=utf-8", body);
    headers.forEach((name, value) -> answer.headers().put(name, dated(value)));
    return answer;
  }

  /** A date so many seconds from now, for the form of retry-after that a fixed file cannot hold. */
  private static String dated(String value) {
    Matcher date = DATE.matcher(value);
    if (!date.matches()) {
      return value;
    }
    ZonedDateTime then =
        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(Long.parseLong(date.group(1)));
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(then);
  }
}
