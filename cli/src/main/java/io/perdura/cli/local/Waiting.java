package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import java.time.Duration;

/** Pauses that end the command when it is interrupted. */
public final class Waiting {
  private Waiting() {}

  public static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("Interrupted.", e);
    }
  }
}
