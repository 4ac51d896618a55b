package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Tells whether TCP ports are free on this machine. */
public final class Ports {
  private Ports() {}

  /** Complains in one sentence when {@code port} is taken; {@code variable} is how to change it. */
  public static void requireFree(int port, String variable, String purpose) {
    if (!isFree(port)) {
      throw new Trouble(
          "Port "
              + port
              + ", wanted for "
              + purpose
              + ", is already in use; stop the program that holds it or set "
              + variable
              + " to another port.");
    }
  }

  /** True when nothing listens on the port, on any local address. */
  public static boolean isFree(int port) {
    return binds(new InetSocketAddress(port))
        && binds(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** A port of the loopback address that is free now. */
  public static int anyFree() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new Trouble("No TCP port can be opened on this machine: " + e.getMessage() + ".", e);
    }
  }

  private static boolean binds(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
