package io.perdura.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Requests that a proper client refuses to send. */
@SuppressWarnings("AddressSelection") // loopback only
final class RawHttp {
  private final URI base;

  RawHttp(String base) {
    this.base = URI.create(base);
  }

  /** Sends {@code target} as it is. */
  Api.Answer get(String target) {
    String request =
        "GET "
            + target
            + " HTTP/1.1\r\nHost: "
            + base.getAuthority()
            + "\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = Integer.parseInt(answer.split(" ", 3)[1]);
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      int open = body.indexOf('{');
      return new Api.Answer(
          status, open < 0 ? body : body.substring(open, body.lastIndexOf('}') + 1), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
