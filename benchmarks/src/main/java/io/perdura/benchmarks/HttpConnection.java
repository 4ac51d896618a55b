package io.perdura.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection with blocking reads.
 *
 * <p>Client and server share the machine, so the client has to cost next to nothing; the JDK's own
 * client hands each call through several threads, which would be measured as the server's.
 */
final class HttpConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final String host;
  private byte[] body = new byte[1 << 16];
  private int length;
  private int status;

  HttpConnection(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    this.host = "127.0.0.1:" + port;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  /** Sends a JSON body and reads the whole answer, see {@link #text()}; returns its status. */
  int post(String path, byte[] json) throws IOException {
    return post(path, "", json);
  }

  /** The same with more headers, each of them ended by a line break. */
  int post(String path, String headers, byte[] json) throws IOException {
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nHost: "
                + host
                + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "
                + json.length
                + "\r\n"
                + headers
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(head, head.length + json.length);
    System.arraycopy(json, 0, request, head.length, json.length);
    out.write(request);
    return answer();
  }

  int get(String path) throws IOException {
    out.write(
        ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: application/json\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    return answer();
  }

  /** The last answer's body. */
  String text() {
    return new String(body, 0, length, StandardCharsets.UTF_8);
  }

  /** Bytes of the last answer's body. */
  int size() {
    return length;
  }

  private int answer() throws IOException {
    do {
      status = Integer.parseInt(line().split(" ", 3)[1]);
      readHeadersAndBody();
    } while (status == 100);
    return status;
  }

  private void readHeadersAndBody() throws IOException {
    length = 0;
    int announced = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      String value = header.substring(colon + 1).trim();
      switch (header.substring(0, colon).toLowerCase(Locale.ROOT)) {
        case "content-length" -> announced = Integer.parseInt(value);
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        default -> {}
      }
    }
    if (!chunked) {
      append(announced);
      return;
    }
    for (int chunk = chunkSize(); chunk > 0; chunk = chunkSize()) {
      append(chunk);
      line();
    }
    while (!line().isEmpty()) {
      // trailers say nothing we need
    }
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";", 2)[0].trim(), 16);
  }

  private void append(int count) throws IOException {
    if (length + count > body.length) {
      body = Arrays.copyOf(body, Math.max(body.length * 2, length + count));
    }
    if (in.readNBytes(body, length, count) < count) {
      throw new EOFException("the server ended the connection within an answer");
    }
    length += count;
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server ended the connection");
      }
      if (c != '\r') {
        text.append((char) c);
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
