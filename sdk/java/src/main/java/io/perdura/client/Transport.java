package io.perdura.client;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Sends one request and brings its whole answer. The client repeats, times and reads; a transport
 * does neither. It must be safe for many threads.
 */
@FunctionalInterface
public interface Transport {
  /**
   * Sends the request.
   *
   * @return the answer with its whole body; or a failure: {@link java.net.ConnectException} and
   *     {@link java.net.http.HttpConnectTimeoutException} say that the server never saw the
   *     request, any other {@link java.io.IOException} that nobody knows. The client cancels the
   *     future when the time is up or the caller gives up.
   */
  CompletableFuture<Response> send(Request request);

  /** One attempt of a call. */
  final class Request {
    private final String method;
    private final URI uri;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Duration timeout;

    Request(String method, URI uri, Map<String, String> headers, byte[] body, Duration timeout) {
      this.method = method;
      this.uri = uri;
      this.headers = Collections.unmodifiableMap(new TreeMap<>(headers));
      this.body = body;
      this.timeout = timeout;
    }

    /** GET, POST, PUT or DELETE. */
    public String method() {
      return method;
    }

    /** Where it goes, with its query. */
    public URI uri() {
      return uri;
    }

    /** Headers by their names in lower case. */
    public Map<String, String> headers() {
      return headers;
    }

    /** The body, if it has one. */
    public Optional<byte[]> body() {
      return Optional.ofNullable(body).map(byte[]::clone);
    }

    /** How long the client will wait; a transport need not watch it. */
    public Duration timeout() {
      return timeout;
    }
  }

  /** What came back. */
  final class Response {
    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /** An answer with its headers, whose names may be in any case. */
    public Response(int status, Map<String, List<String>> headers, byte[] body) {
      this.status = status;
      this.headers = new TreeMap<>();
      headers.forEach((name, values) -> this.headers.put(name.toLowerCase(Locale.ROOT), values));
      this.body = body.clone();
    }

    /** The status of HTTP. */
    public int status() {
      return status;
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
      return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    byte[] body() {
      return body;
    }
  }
}
