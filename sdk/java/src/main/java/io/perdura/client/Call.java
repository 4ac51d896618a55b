package io.perdura.client;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A call that is ready to be sent: nothing happens before {@link #get}, {@link #send} or {@link
 * #sendAsync}. One call may be sent again; unless it has a key of the caller's, that is another
 * write.
 *
 * @param <T> what it brings
 */
public final class Call<T> {
  private final Perdura client;
  private final Operation operation;
  private final Exchange.Reader<T> reader;
  private final Map<String, String> path = new LinkedHashMap<>();
  private Map<String, Object> query = new LinkedHashMap<>();
  private Object body;
  private String idempotencyKey;
  private String requestId;
  private Duration timeout;
  private Integer maxRetries;

  Call(Perdura client, Operation operation, Exchange.Reader<T> reader) {
    this.client = client;
    this.operation = operation;
    this.reader = reader;
  }

  Call<T> path(String name, String value) {
    path.put(name, Objects.requireNonNull(value, name));
    return this;
  }

  Call<T> query(Map<String, Object> parameters) {
    query = new LinkedHashMap<>(parameters);
    return this;
  }

  Call<T> body(Object content) {
    body = Objects.requireNonNull(content, "body");
    return this;
  }

  Operation operation() {
    return operation;
  }

  /**
   * The key under which the write happens at most once, instead of a random one; 1 to 255
   * characters.
   */
  public Call<T> idempotencyKey(String key) {
    if (operation.safety() != Operation.Safety.KEYED) {
      throw new IllegalArgumentException(operation.id() + " takes no idempotency key");
    }
    idempotencyKey = key;
    return this;
  }

  /** The {@code x-request-id}, instead of a random one. */
  public Call<T> requestId(String id) {
    requestId = id;
    return this;
  }

  /** How long one attempt may take, instead of the client's time. */
  public Call<T> timeout(Duration time) {
    timeout = Perdura.positive(time);
    return this;
  }

  /** How often it is repeated at most, instead of the client's number. */
  public Call<T> maxRetries(int retries) {
    maxRetries = retries;
    return this;
  }

  /**
   * Sends it and waits.
   *
   * @return the body of the answer
   * @throws ApiException the server said no
   * @throws NetworkException the server could not be reached
   * @throws CallTimeoutException the time was up
   * @throws MalformedResponseException the answer cannot be read
   * @throws CancellationException the thread was interrupted; it still is
   */
  public T get() {
    return send().value();
  }

  /** Sends it and waits, as {@link #get}; the result tells the request id too. */
  public Result<T> send() {
    CompletableFuture<Result<T>> coming = sendAsync();
    try {
      return coming.get();
    } catch (InterruptedException e) {
      coming.cancel(true);
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("the thread was interrupted");
      cancelled.initCause(e);
      throw cancelled;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PerduraException) {
        // Shows where the caller is, not where a thread of the transport was.
        e.getCause().setStackTrace(new Throwable().getStackTrace());
        throw (PerduraException) e.getCause();
      }
      throw new IllegalStateException("the call failed", e.getCause());
    }
  }

  /**
   * Sends it. The future ends with a result or with one of the exceptions of {@link #get}; its
   * cancel ends the attempt that is under way and all that would follow.
   */
  public CompletableFuture<Result<T>> sendAsync() {
    RetryPolicy retries = client.retries(maxRetries);
    return new Exchange<>(client, operation, reader, request(), retries).start();
  }

  private Transport.Request request() {
    Map<String, String> headers = client.headers(operation);
    if (headers.containsKey("x-tenant-id") && namesTenant()) {
      headers.remove("x-tenant-id"); // one that contradicts the request's own is refused
    }
    headers.put("x-request-id", requestId == null ? UUID.randomUUID().toString() : requestId);
    if (operation.safety() == Operation.Safety.KEYED) {
      headers.put(
          "idempotency-key",
          idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey);
    }
    byte[] content = null;
    if (body != null) {
      headers.put("content-type", "application/json");
      content = Json.bytes(client.completed(operation, body));
    }
    return new Transport.Request(
        operation.method(), uri(), headers, content, timeout == null ? client.timeout() : timeout);
  }

  private boolean namesTenant() {
    return query.containsKey("tenant_id")
        || (body != null && Json.properties(body).containsKey("tenant_id"));
  }

  private URI uri() {
    String target = operation.path();
    for (Map.Entry<String, String> parameter : path.entrySet()) {
      target = target.replace("{" + parameter.getKey() + "}", encoded(parameter.getValue()));
    }
    List<String> parts = new ArrayList<>();
    client
        .completedQuery(operation, query)
        .forEach((name, value) -> {
          Collection<?> values =
              value instanceof Collection ? (Collection<?>) value : List.of(value);
          values.forEach(one -> parts.add(encoded(name) + "=" + encoded(one.toString())));
        });
    return URI.create(
        client.baseUrl() + target + (parts.isEmpty() ? "" : "?" + String.join("&", parts)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
