package io.perdura.benchmarks;

import java.io.IOException;
import java.util.function.LongFunction;

/** Calls of one endpoint over one connection; anything but 200 stops the run. */
final class HttpWork implements Work {
  private final HttpConnection connection;
  private final String path;
  private final LongFunction<byte[]> body;
  private final LongFunction<String> headers;

  HttpWork(int port, String path, LongFunction<byte[]> body) throws IOException {
    this(port, path, i -> "", body);
  }

  HttpWork(int port, String path, LongFunction<String> headers, LongFunction<byte[]> body)
      throws IOException {
    this.headers = headers;
    this.connection = new HttpConnection(port);
    this.path = path;
    this.body = body;
  }

  @Override
  public void call(long i) throws IOException {
    int status = connection.post(path, headers.apply(i), body.apply(i));
    if (status != 200) {
      throw new IOException(path + " answered " + status + ": " + connection.text());
    }
  }

  /** Bytes of the last answer's body. */
  int answerSize() {
    return connection.size();
  }

  /** The last answer's body. */
  String answer() {
    return connection.text();
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
