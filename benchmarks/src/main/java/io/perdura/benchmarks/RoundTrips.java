package io.perdura.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A relay in front of the database that counts round trips: how often the client spoke after the
 * database had.
 *
 * <p>What the driver sends together counts once, as it should: a round trip is a wait. Used for
 * counting alone; nothing else is measured through it.
 */
final class RoundTrips implements AutoCloseable {
  private final ServerSocket listener;
  private final DatabaseAddress target;
  private final AtomicLong turns = new AtomicLong();

  RoundTrips(DatabaseAddress target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("round-trips").start(this::accept);
  }

  /** The database's address for a client that is to be counted. */
  DatabaseAddress address() {
    return new DatabaseAddress(
        "127.0.0.1", listener.getLocalPort(), target.name(), target.user(), target.password());
  }

  long count() {
    return turns.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(target.host(), target.port());
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        AtomicBoolean answered = new AtomicBoolean(true);
        Thread.ofPlatform().daemon().start(() -> relay(client, server, answered, true));
        Thread.ofPlatform().daemon().start(() -> relay(server, client, answered, false));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void relay(Socket from, Socket to, AtomicBoolean answered, boolean fromClient) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        if (fromClient && answered.getAndSet(false)) {
          turns.incrementAndGet();
        } else if (!fromClient) {
          answered.set(true);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // one side has hung up; closing both ends the other direction
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
