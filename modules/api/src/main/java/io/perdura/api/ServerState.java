package io.perdura.api;

import jakarta.enterprise.context.ApplicationScoped;

/** How far this server has come. */
@ApplicationScoped
class ServerState {
  private volatile boolean started;

  boolean isStarted() {
    return started;
  }

  void started(boolean started) {
    this.started = started;
  }
}
