package io.perdura.api;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request without a container: what the edge reads of it, and nothing else. */
final class StubRequest {
  private final Map<String, List<String>> headers = new HashMap<>();
  private final Map<String, Object> attributes = new HashMap<>();
  private final String method;
  private final String uri;
  private byte[] body = new byte[0];
  private boolean chunked;
  private String query;

  private StubRequest(String method, String uri) {
    this.method = method;
    this.uri = uri;
  }

  static StubRequest of(Route route) {
    return new StubRequest(route.method(), route.path());
  }

  static StubRequest json(Route route, String body) {
    return of(route).header("content-type", "application/json").body(body);
  }

  StubRequest header(String name, String... values) {
    headers.put(name, List.of(values));
    return this;
  }

  StubRequest body(String text) {
    return body(text.getBytes(StandardCharsets.UTF_8));
  }

  StubRequest body(byte[] bytes) {
    body = bytes;
    return this;
  }

  StubRequest chunked() {
    chunked = true;
    return this;
  }

  StubRequest query(String text) {
    query = text;
    return this;
  }

  HttpServletRequest build() {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            StubRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (proxy, called, arguments) -> answer(called.getName(), arguments));
  }

  private Object answer(String name, Object[] arguments) {
    return switch (name) {
      case "getMethod" -> method;
      case "getRequestURI" -> uri;
      case "getQueryString" -> query;
      case "getRemoteAddr" -> "10.0.0.7";
      case "getContentType" -> first("content-type");
      case "getContentLengthLong" -> chunked ? -1L : (long) body.length;
      case "getInputStream" -> new Stream(new ByteArrayInputStream(body));
      case "getHeader" -> first(lower(arguments[0]));
      case "getHeaders" ->
          Collections.enumeration(headers.getOrDefault(lower(arguments[0]), List.of()));
      case "getAttribute" -> attributes.get(arguments[0]);
      case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
      default -> throw new UnsupportedOperationException(name);
    };
  }

  private String first(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst().orElse(null);
  }

  private static String lower(Object name) {
    return name.toString().toLowerCase(Locale.ROOT);
  }

  private static final class Stream extends ServletInputStream {
    private final ByteArrayInputStream bytes;

    Stream(ByteArrayInputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return bytes.read(target, offset, length);
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
