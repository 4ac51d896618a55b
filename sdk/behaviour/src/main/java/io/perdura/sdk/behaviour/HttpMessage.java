package io.perdura.sdk.behaviour;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One HTTP/1.1 request or answer, whole.
 *
 * @param start the first line
 * @param headers by name in lower case; of a repeated one the last
 */
record HttpMessage(String start, Map<String, String> headers, byte[] body) {
  private static final int LONGEST_LINE = 64 * 1024;

  /** Of one connection only: they do not travel on. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "transfer-encoding",
          "content-length",
          "upgrade",
          "http2-settings",
          "expect");

  static HttpMessage answer(int status, String type, String body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", type);
    return new HttpMessage(
        "HTTP/1.1 " + status + " Answer", headers, body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a message to its end. An answer without a length ends with its connection; a request
   * without one has no body.
   *
   * @return null if the connection ends before the message begins
   */
  static HttpMessage read(InputStream in, boolean request) throws IOException {
    String start = line(in);
    if (start == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).trim());
      }
    }
    return new HttpMessage(start, headers, body(in, headers, request));
  }

  private static byte[] body(InputStream in, Map<String, String> headers, boolean request)
      throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return chunks(in);
    }
    String length = headers.get("content-length");
    if (length != null) {
      byte[] body = in.readNBytes(Integer.parseInt(length));
      if (body.length != Integer.parseInt(length)) {
        throw new EOFException("the body ends early");
      }
      return body;
    }
    return request ? new byte[0] : in.readAllBytes();
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      if (size == null) {
        throw new EOFException("the body ends early");
      }
      int length = Integer.parseInt(size.split(";", 2)[0].trim(), 16);
      body.write(in.readNBytes(length));
      if (length > 0) {
        line(in);
        continue;
      }
      for (String trailer = line(in); trailer != null && !trailer.isEmpty(); ) {
        trailer = line(in);
      }
      return body.toByteArray();
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (next != '\r') {
        line.append((char) next);
      }
      if (line.length() > LONGEST_LINE) {
        throw new IOException("a line is too long");
      }
    }
    return line.toString();
  }

  String method() {
    return start.split(" ", 2)[0];
  }

  /** With its query. */
  String target() {
    String[] parts = start.split(" ", 3);
    return parts.length > 1 ? parts[1] : "/";
  }

  String path() {
    return target().split("\\?", 2)[0];
  }

  int status() {
    return Integer.parseInt(start.split(" ", 3)[1]);
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  HttpMessage firstHalf() {
    return new HttpMessage(start, headers, Arrays.copyOf(body, body.length / 2));
  }

  /** The request as it goes to {@code host}. */
  HttpMessage to(String host) {
    Map<String, String> changed = new TreeMap<>(headers);
    changed.put("host", host);
    return new HttpMessage(start, changed, body);
  }

  /**
   * First line and headers. Each connection carries one exchange: no client can tell faults of one
   * from those of another.
   */
  void writeHead(OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder(start).append("\r\n");
    headers.forEach((name, value) -> {
      if (!OF_THE_CONNECTION.contains(name)) {
        head.append(name).append(": ").append(value).append("\r\n");
      }
    });
    head.append("content-length: ").append(body.length).append("\r\nconnection: close\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  void writeBody(OutputStream out) throws IOException {
    out.write(body);
    out.flush();
  }
}
