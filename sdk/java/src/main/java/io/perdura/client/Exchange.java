package io.perdura.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** One call from its first attempt to its end. */
@SuppressWarnings("FutureReturnValueIgnored") // what is hung on a future here ends in result
final class Exchange<T> {
  private final Perdura client;
  private final Operation operation;
  private final Reader<T> reader;
  private final Transport.Request request;
  private final RetryPolicy retries;
  private final String requestId;
  private final CompletableFuture<Result<T>> result = new CompletableFuture<>();

  private int attempts;
  private CompletableFuture<Transport.Response> sent;
  private Future<?> timer;

  /** Reads the body of a good answer. */
  interface Reader<T> {
    T read(byte[] body) throws IOException;
  }

  Exchange(
      Perdura client,
      Operation operation,
      Reader<T> reader,
      Transport.Request request,
      RetryPolicy retries) {
    this.client = client;
    this.operation = operation;
    this.reader = reader;
    this.request = request;
    this.retries = retries;
    this.requestId = request.headers().get("x-request-id");
  }

  CompletableFuture<Result<T>> start() {
    result.whenComplete((value, failure) -> stop());
    attempt();
    return result;
  }

  private synchronized void attempt() {
    if (result.isDone()) {
      return;
    }
    attempts++;
    int attempt = attempts;
    sent = send();
    timer = client.ticker().after(request.timeout(), () -> expire(attempt));
    sent.whenComplete((response, failure) -> ended(attempt, response, failure));
  }

  private CompletableFuture<Transport.Response> send() {
    try {
      return client.transport().send(request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void expire(int attempt) {
    CompletableFuture<Transport.Response> late;
    synchronized (this) {
      if (attempt != attempts || sent == null) {
        return;
      }
      late = sent;
      sent = null;
    }
    late.cancel(true);
    failed(attempt, new CallTimeoutException(request.timeout(), null, requestId, attempt));
  }

  private void ended(int attempt, Transport.Response response, Throwable failure) {
    synchronized (this) {
      if (attempt != attempts || sent == null || result.isDone()) {
        return;
      }
      sent = null;
      timer.cancel(false);
    }
    try {
      if (failure == null) {
        result.complete(read(attempt, response));
      } else {
        failed(attempt, translate(attempt, failure));
      }
    } catch (PerduraException e) {
      failed(attempt, e);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void failed(int attempt, PerduraException failure) {
    Optional<Duration> pause = retries.pause(operation.safety(), failure, attempt);
    if (pause.isEmpty()) {
      result.completeExceptionally(failure);
      return;
    }
    synchronized (this) {
      if (!result.isDone()) {
        timer = client.ticker().after(pause.get(), this::attempt);
      }
    }
  }

  private synchronized void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (sent != null) {
      sent.cancel(true);
    }
  }

  private PerduraException translate(int attempt, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return new CallTimeoutException(request.timeout(), cause, requestId, attempt);
    }
    if (cause instanceof IOException) {
      return new NetworkException(cause, requestId, attempt);
    }
    if (cause instanceof RuntimeException) {
      throw (RuntimeException) cause;
    }
    throw new IllegalStateException("the transport failed", cause);
  }

  private Result<T> read(int attempt, Transport.Response response) {
    int status = response.status();
    String id = response.header("x-request-id").orElse(requestId);
    if (status < 200 || status > 299) {
      throw new ApiException(status, json(response.body()), retryAfter(response), id, attempt);
    }
    try {
      T value = status == 202 && response.body().length == 0 ? null : reader.read(response.body());
      boolean replayed = response.header("idempotency-replayed").filter("true"::equals).isPresent();
      return new Result<>(value, status, id, attempt, replayed);
    } catch (IOException e) {
      throw new MalformedResponseException(e, id, attempt);
    }
  }

  private Duration retryAfter(Transport.Response response) {
    return response
        .header("retry-after")
        .flatMap(header -> RetryPolicy.retryAfter(header, client.ticker().now()))
        .orElse(null);
  }

  /** What stands between client and server may answer anything. */
  private static JsonNode json(byte[] body) {
    try {
      JsonNode read = Json.MAPPER.readTree(new String(body, StandardCharsets.UTF_8));
      return read == null ? MissingNode.getInstance() : read;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
