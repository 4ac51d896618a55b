package io.perdura.jobs;

import java.util.UUID;

/** The run was given to another worker: whatever this one still does for it has no effect. */
public final class RunLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunLostException(UUID run) {
    super("run " + run + " was given to another worker");
  }
}
