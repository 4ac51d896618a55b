package io.perdura.benchmarks;

import java.io.IOException;
import java.util.function.LongFunction;

/** Calls of one endpoint over one connection; anything but 200 stops the run. */
final class HttpWork implements Work {
  private final HttpConnection connection;
  private final String path;
  private final LongFunction<byte[]> body;

  HttpWork(int port, String path, LongFunction<byte[]> body) throws IOException {
    this.connection = new HttpConnection(port);
    this.path = path;
    this.body = body;
  }

  @Override
  public void call(long i) throws IOException {
    int status = connection.post(path, body.apply(i));
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
