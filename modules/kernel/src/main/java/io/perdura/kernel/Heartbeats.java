package io.perdura.kernel;

/** How the servers of a cluster show each other that they live. */
public final class Heartbeats {
  /** Seconds between two heartbeats of a server. */
  public static final int INTERVAL_SECONDS = 2;

  /** A server that showed nothing for so long is taken for dead. */
  public static final int DEAD_AFTER_SECONDS = 3 * INTERVAL_SECONDS;

  private Heartbeats() {}
}
