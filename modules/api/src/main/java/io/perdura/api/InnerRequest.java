package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayInputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A request for one route inside a request for another: same caller, credentials and address, but
 * method, path and body of its own.
 */
final class InnerRequest extends HttpServletRequestWrapper {
  private final Route route;
  private final String query;
  private final byte[] body;
  private final Map<String, String> headers;
  private final Map<String, Object> attributes = new HashMap<>();

  private InnerRequest(
      HttpServletRequest outer,
      Route route,
      String query,
      byte[] body,
      Map<String, String> headers) {
    super(outer);
    this.route = route;
    this.query = query;
    this.body = body;
    this.headers = headers;
  }

  /** A request with a JSON body. */
  static InnerRequest post(
      HttpServletRequest outer, Route route, ObjectNode body, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("content-type", "application/json");
    return new InnerRequest(outer, route, null, Answers.bytes(body), all);
  }

  /** A request whose fields are in its query. */
  static InnerRequest get(
      HttpServletRequest outer, Route route, String query, Map<String, String> headers) {
    return new InnerRequest(outer, route, query, new byte[0], headers);
  }

  @Override
  public String getMethod() {
    return route.method();
  }

  @Override
  public String getRequestURI() {
    return route.path();
  }

  @Override
  public String getQueryString() {
    return query;
  }

  @Override
  public String getHeader(String name) {
    String own = headers.get(name.toLowerCase(Locale.ROOT));
    return own != null ? own : super.getHeader(name);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    String own = headers.get(name.toLowerCase(Locale.ROOT));
    return own != null ? Collections.enumeration(java.util.List.of(own)) : super.getHeaders(name);
  }

  @Override
  public String getContentType() {
    return headers.get("content-type");
  }

  @Override
  public int getContentLength() {
    return body.length;
  }

  @Override
  public long getContentLengthLong() {
    return body.length;
  }

  @Override
  public ServletInputStream getInputStream() {
    return new Bytes(body);
  }

  @Override
  public Object getAttribute(String name) {
    return attributes.containsKey(name) ? attributes.get(name) : super.getAttribute(name);
  }

  @Override
  public void setAttribute(String name, Object value) {
    attributes.put(name, value);
  }

  private static final class Bytes extends ServletInputStream {
    private final ByteArrayInputStream in;

    Bytes(byte[] bytes) {
      this.in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return in.read(target, offset, length);
    }

    @Override
    public boolean isFinished() {
      return in.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("an inner request is read at once");
    }
  }
}
