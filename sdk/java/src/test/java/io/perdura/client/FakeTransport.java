package io.perdura.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Answers what it was told, in order; without orders, an empty object. */
final class FakeTransport implements Transport {
  private final Deque<CompletableFuture<Response>> answers = new ArrayDeque<>();
  private final List<Request> requests = new ArrayList<>();

  FakeTransport answer(int status, String body, String... headers) {
    answers.add(CompletableFuture.completedFuture(response(status, body, headers)));
    return this;
  }

  FakeTransport fail(Throwable failure) {
    answers.add(CompletableFuture.failedFuture(failure));
    return this;
  }

  /** An answer that the test completes itself. */
  CompletableFuture<Response> open() {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    answers.add(answer);
    return answer;
  }

  static Response response(int status, String body, String... headers) {
    Map<String, List<String>> named = new java.util.HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      named.put(headers[i], List.of(headers[i + 1]));
    }
    return new Response(status, named, body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public synchronized CompletableFuture<Response> send(Request request) {
    requests.add(request);
    CompletableFuture<Response> answer = answers.poll();
    return answer == null ? CompletableFuture.completedFuture(response(200, "{}")) : answer;
  }

  synchronized List<Request> requests() {
    return new ArrayList<>(requests);
  }

  Request only() {
    if (requests.size() != 1) {
      throw new AssertionError(requests.size() + " requests");
    }
    return requests.get(0);
  }

  static String body(Request request) {
    return new String(request.body().orElseThrow(), StandardCharsets.UTF_8);
  }
}
