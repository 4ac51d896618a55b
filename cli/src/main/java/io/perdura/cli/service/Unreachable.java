package io.perdura.cli.service;

/** Nobody answered, or not in time: whatever was to be looked at was not seen. */
public final class Unreachable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unreachable(String message, Throwable cause) {
    super(message, cause);
  }
}
