package io.perdura.sdk.behaviour;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * An HTTP proxy in front of one server that makes chosen requests fail in a chosen way. It listens
 * on the loopback interface only.
 *
 * <p>Its own paths: {@code POST /__faults} (an array, added to those in force), {@code DELETE
 * /__faults} (forgets faults and log), {@code GET /__log} (the requests since).
 */
public final class FaultProxy implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 60_000;

  private final ServerSocket listener;
  private final URI target;
  private volatile Plan plan = new Plan();

  /**
   * @param port 0 for a free one
   * @param target base URL of the server; a path in it is ignored
   */
  public FaultProxy(int port, URI target) throws IOException {
    this.target = target;
    listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    start("fault-proxy", this::accept);
  }

  /**
   * Usage: {@code --listen PORT --target URL}. Prints where it listens and runs until the process
   * ends.
   */
  public static void main(String[] arguments) throws Exception {
    int port = 0;
    URI target = null;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      switch (arguments[i]) {
        case "--listen" -> port = Integer.parseInt(arguments[i + 1]);
        case "--target" -> target = URI.create(arguments[i + 1]);
        default -> target = null;
      }
    }
    if (target == null || target.getHost() == null) {
      System.err.println("usage: --listen PORT --target http://host:port");
      System.exit(1);
    }
    try (FaultProxy proxy = new FaultProxy(port, target)) {
      System.out.println("listening on " + proxy.url());
      Thread.currentThread().join();
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start("fault-proxy-connection", () -> serve(client));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket connection) {
    try (Socket client = connection) {
      client.setSoTimeout(ANSWER_MILLIS);
      HttpMessage request =
          HttpMessage.read(new BufferedInputStream(client.getInputStream()), true);
      if (request == null) {
        return;
      }
      if (request.path().startsWith("/__")) {
        send(control(request), client.getOutputStream(), 0);
        return;
      }
      pass(request, client);
    } catch (IOException e) {
      // The client went away, which is what it does when its time is up; the log has the request.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpMessage control(HttpMessage request) {
    try {
      switch (request.method() + " " + request.path()) {
        case "POST /__faults" -> plan.add((List<?>) Json.read(request.text()));
        case "DELETE /__faults" -> plan = new Plan();
        case "GET /__log" -> {
          return HttpMessage.answer(200, "application/json", Json.write(plan.log()));
        }
        default -> {
          return HttpMessage.answer(404, "application/json", "{\"error\":\"not_found\"}");
        }
      }
      return HttpMessage.answer(200, "application/json", "{\"ok\":true}");
    } catch (IllegalArgumentException | ClassCastException e) {
      String message = String.valueOf(e.getMessage());
      return HttpMessage.answer(400, "application/json", Json.write(Map.of("message", message)));
    }
  }

  private void pass(HttpMessage request, Socket client) throws IOException, InterruptedException {
    Plan.Seen seen = plan.next(request);
    Fault fault = seen.fault();
    OutputStream out = client.getOutputStream();
    if (fault == null) {
      send(forward(request, seen), out, 0);
      return;
    }
    switch (fault.kind()) {
      case STATUS -> {
        seen.answered(fault.status());
        send(fault.answer(), out, 0);
      }
      case DROP_BEFORE -> {}
      case DROP_AFTER_SEND -> forward(request, seen);
      case SLOW_BODY -> send(forward(request, seen), out, fault.totalMillis());
      case MALFORMED_BODY -> send(forward(request, seen).firstHalf(), out, 0);
      case SLOW_ANSWER -> {
        HttpMessage answer = forward(request, seen);
        Thread.sleep(fault.totalMillis());
        send(answer, out, 0);
      }
    }
  }

  /** The server's answer, whole; 502 if it gives none. */
  private HttpMessage forward(HttpMessage request, Plan.Seen seen) {
    int port = target.getPort() < 0 ? 80 : target.getPort();
    try (Socket server = new Socket()) {
      server.connect(new InetSocketAddress(target.getHost(), port), CONNECT_MILLIS);
      server.setSoTimeout(ANSWER_MILLIS);
      OutputStream out = server.getOutputStream();
      HttpMessage outgoing = request.to(target.getHost() + ":" + port);
      outgoing.writeHead(out);
      outgoing.writeBody(out);
      seen.forwarded();
      InputStream in = new BufferedInputStream(server.getInputStream());
      HttpMessage answer = HttpMessage.read(in, false);
      if (answer == null) {
        throw new IOException("no answer");
      }
      seen.answered(answer.status());
      return answer;
    } catch (IOException e) {
      seen.answered(502);
      return HttpMessage.answer(
          502,
          "application/json",
          Json.write(Map.of("error", "bad_gateway", "message", e.toString())));
    }
  }

  private static void send(HttpMessage answer, OutputStream out, long bodyAfterMillis)
      throws IOException, InterruptedException {
    answer.writeHead(out);
    Thread.sleep(bodyAfterMillis);
    answer.writeBody(out);
  }
}
