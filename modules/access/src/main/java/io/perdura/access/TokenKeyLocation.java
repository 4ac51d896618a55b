package io.perdura.access;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The address of public keys. Reading it is bounded in time and size, and follows no redirect: the
 * operator named this address, not another.
 */
final class TokenKeyLocation {
  /** Bytes; a set of a hundred keys has a quarter of it. */
  static final int MOST_BYTES = 256 * 1024;

  private final URI address;
  private final Duration timeout;
  private HttpClient client;

  TokenKeyLocation(String address, Duration timeout) {
    this.address = URI.create(address.trim());
    this.timeout = timeout;
  }

  /** Returns what is there now; throws IOException when it is not there in time. */
  synchronized String read() throws IOException {
    byte[] bytes = address.getScheme().equals("file") ? readFile() : fetch();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private byte[] readFile() throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(address.getPath()))) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw tooLarge();
      }
      return bytes;
    }
  }

  private byte[] fetch() throws IOException {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .connectTimeout(timeout)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
    }
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("accept", "application/jwk-set+json, application/json, */*;q=0.5")
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, info -> new Limited());
    try {
      // The request's own time limit ends with the headers.
      HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw new IOException("no answer", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(true);
    }
  }

  private static IOException tooLarge() {
    return new IOException("larger than " + MOST_BYTES + " bytes");
  }

  /** Collects a body up to {@link #MOST_BYTES}. */
  private static final class Limited implements BodySubscriber<byte[]> {
    private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
    private Flow.Subscription subscription;
    private long seen;

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription upstream) {
      subscription = upstream;
      whole.onSubscribe(upstream);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      seen += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
      if (seen > MOST_BYTES) {
        subscription.cancel();
        whole.onError(tooLarge());
      } else {
        whole.onNext(buffers);
      }
    }

    @Override
    public void onError(Throwable cause) {
      whole.onError(cause);
    }

    @Override
    public void onComplete() {
      whole.onComplete();
    }
  }
}
