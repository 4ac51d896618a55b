package io.perdura.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

/** The transport of {@link java.net.http}, over HTTP/1.1 as the server speaks it. */
@SuppressWarnings("FutureReturnValueIgnored") // it only passes a cancel on
final class JdkTransport implements Transport {
  private final HttpClient client;

  JdkTransport(HttpClient client) {
    this.client = client;
  }

  @Override
  public CompletableFuture<Response> send(Request request) {
    HttpRequest.Builder built =
        HttpRequest.newBuilder(request.uri())
            .version(HttpClient.Version.HTTP_1_1)
            .method(
                request.method(),
                request
                    .body()
                    .map(HttpRequest.BodyPublishers::ofByteArray)
                    .orElseGet(HttpRequest.BodyPublishers::noBody));
    request.headers().forEach(built::header);
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(built.build(), HttpResponse.BodyHandlers.ofByteArray());
    CompletableFuture<Response> answer =
        sent.thenApply(got -> new Response(got.statusCode(), got.headers().map(), got.body()));
    // From JDK 16 on this aborts the exchange; before, the answer is read and thrown away.
    answer.whenComplete((value, failure) -> {
      if (answer.isCancelled()) {
        sent.cancel(true);
      }
    });
    return answer;
  }
}
