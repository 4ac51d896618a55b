package io.perdura.access;

/** How many servers share a limit when nothing shared counts for them. */
public interface LiveServers {
  /** Servers that answer requests now, this one included, as last heard of; never below 1. */
  int count();
}
