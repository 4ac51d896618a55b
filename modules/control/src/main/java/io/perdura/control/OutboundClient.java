package io.perdura.control;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts to targets that others named.
 *
 * <p>A name is resolved once, every address checked, and the connection made to one of those: what
 * the name means a moment later does not matter. The certificate must be the name's. Redirects are
 * answers like any other, and only the beginning of an answer is read. The whole exchange has one
 * time limit, however slowly the other side drips.
 */
@ApplicationScoped
class OutboundClient {
  /** Characters of an answer that are kept. */
  static final int KEPT = 2_000;

  private static final Logger LOG = Logger.getLogger(OutboundClient.class.getName());
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: .*)?");

  private final Outbound outbound;
  private final Duration limit;
  private final SSLSocketFactory tls;
  private final ScheduledExecutorService timer;

  /** For the container's proxy. */
  protected OutboundClient() {
    this.outbound = null;
    this.limit = null;
    this.tls = null;
    this.timer = null;
  }

  @Inject
  OutboundClient(Outbound outbound, Settings settings) {
    this.outbound = outbound;
    this.limit = Duration.ofMillis(settings.get(ControlSettings.PERDURA_OUTBOUND_TIMEOUT_MS));
    this.tls = OutboundTrust.sockets(settings);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("perdura-outbound-timer").factory());
  }

  /**
   * What the receiver said.
   *
   * @param body its first {@link #KEPT} characters
   */
  record Answer(int status, String body) {}

  /**
   * Posts JSON.
   *
   * @param headers names and values that can be sent as they are
   * @throws Outbound.RefusedException when nothing may be sent there
   * @throws IOException when the receiver was not reached, or did not answer in time
   */
  Answer post(WebUrl url, Map<String, String> headers, String json)
      throws IOException, Outbound.RefusedException {
    List<InetAddress> addresses = outbound.addresses(url);
    IOException last = null;
    long end = System.nanoTime() + limit.toNanos();
    for (InetAddress address : addresses) {
      int left = (int) TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        break;
      }
      try (Socket socket = new Socket()) {
        AtomicBoolean rang = new AtomicBoolean();
        ScheduledFuture<?> alarm =
            timer.schedule(() -> close(socket, rang), left, TimeUnit.MILLISECONDS);
        try {
          socket.connect(new InetSocketAddress(address, url.port()), left);
        } catch (IOException e) {
          // The next address may be reachable; nothing was sent yet.
          last = e;
          alarm.cancel(false);
          continue;
        }
        try {
          return exchange(socket, url, headers, json);
        } catch (IOException e) {
          throw rang.get() ? late(e) : e;
        } finally {
          alarm.cancel(false);
        }
      }
    }
    throw last == null ? late(null) : last;
  }

  private Answer exchange(Socket socket, WebUrl url, Map<String, String> headers, String json)
      throws IOException {
    socket.setTcpNoDelay(true);
    if (!url.scheme().equals("https")) {
      return talk(socket, url, headers, json);
    }
    String host = url.host().startsWith("[") ? url.host().replaceAll("[\\[\\]]", "") : url.host();
    try (SSLSocket secure = (SSLSocket) tls.createSocket(socket, host, url.port(), true)) {
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      secure.setSSLParameters(parameters);
      shakeHands(secure);
      return talk(secure, url, headers, json);
    }
  }

  private static void shakeHands(SSLSocket socket) throws IOException {
    try {
      socket.startHandshake();
    } catch (SSLException e) {
      throw OutboundTrust.explained(e);
    }
  }

  private static Answer talk(Socket socket, WebUrl url, Map<String, String> headers, String json)
      throws IOException {
    byte[] body = Hashes.utf8(json);
    StringBuilder head = new StringBuilder(256);
    head.append("POST ").append(url.requestTarget()).append(" HTTP/1.1\r\nhost: ");
    head.append(url.origin().substring(url.scheme().length() + 3));
    head.append("\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ");
    head.append(body.length).append("\r\nconnection: close\r\nuser-agent: perdura\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    OutputStream out = socket.getOutputStream();
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    return read(socket.getInputStream());
  }

  /** Interim answers (1xx) are passed over; a body may be framed in any way HTTP/1.1 knows. */
  private static Answer read(InputStream in) throws IOException {
    Budget budget = new Budget();
    while (true) {
      Matcher line = STATUS.matcher(line(in, budget));
      if (!line.matches()) {
        throw new IOException("the receiver does not speak HTTP/1.1");
      }
      int status = Integer.parseInt(line.group(1));
      boolean chunked = false;
      long length = Long.MAX_VALUE;
      for (String header = line(in, budget); !header.isEmpty(); header = line(in, budget)) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")
            && lower.matches("content-length:\\s*\\d{1,18}\\s*")) {
          length = Long.parseLong(lower.substring("content-length:".length()).trim());
        }
        chunked |= lower.matches("transfer-encoding:.*\\bchunked\\s*");
      }
      if (status >= 200) {
        boolean empty = status == 204 || status == 304;
        byte[] body = empty ? new byte[0] : chunked ? chunks(in, budget) : upTo(in, length, budget);
        String text = new String(body, StandardCharsets.UTF_8).replace("\0", "");
        return new Answer(status, text.substring(0, Math.min(KEPT, text.length())));
      }
    }
  }

  private static byte[] chunks(InputStream in, Budget budget) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (!budget.isSpent()) {
      String size = line(in, budget).replaceAll(";.*", "").trim();
      if (!size.matches("[0-9a-fA-F]{1,8}") || size.matches("0+")) {
        break;
      }
      out.write(upTo(in, Long.parseLong(size, 16), budget));
      line(in, budget);
    }
    return out.toByteArray();
  }

  private static byte[] upTo(InputStream in, long length, Budget budget) throws IOException {
    byte[] read = in.readNBytes((int) Math.min(length, budget.left));
    budget.left -= read.length;
    return read;
  }

  private static String line(InputStream in, Budget budget) throws IOException {
    StringBuilder out = new StringBuilder();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new IOException("the receiver closed the connection");
      }
      if (--budget.left <= 0) {
        throw new IOException("the receiver's answer has no end");
      }
      if (b != '\r') {
        out.append((char) b);
      }
    }
    return out.toString();
  }

  private static IOException late(IOException cause) {
    InterruptedIOException late = new InterruptedIOException("no answer in time");
    if (cause != null) {
      late.initCause(cause);
    }
    return late;
  }

  private static void close(Socket socket, AtomicBoolean rang) {
    rang.set(true);
    try {
      socket.close();
    } catch (IOException e) {
      // Closed is what it should be.
      LOG.log(Level.FINE, "closing a slow connection", e);
    }
  }

  /** Bytes of an answer that may still be read. */
  private static final class Budget {
    private int left = LONGEST_ANSWER;

    boolean isSpent() {
      return left <= 0;
    }
  }
}
