package io.perdura.outbox;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A background thread that does one thing again and again and survives its failures. */
final class Loop {
  private static final Logger LOG = Logger.getLogger(Loop.class.getName());
  private static final long PAUSE_MILLIS = 1_000;
  private static final long STOP_MILLIS = 3_000;

  private final String what;
  private final Turn turn;
  private final Thread thread;
  private volatile boolean stopped;

  private Loop(ThreadFactory threads, String what, Turn turn) {
    this.what = what;
    this.turn = turn;
    this.thread = threads.newThread(this::run);
  }

  /** Starts a thread that takes turns until {@link #stop}. */
  static Loop start(ThreadFactory threads, String what, Turn turn) {
    Loop loop = new Loop(threads, what, turn);
    loop.thread.start();
    return loop;
  }

  /** Interrupts the current turn and waits a little for the thread to end. */
  void stop() {
    stopped = true;
    thread.interrupt();
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean failing = false;
    while (!stopped) {
      try {
        turn.take(() -> stopped);
        failing = false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Exception e) {
        if (!stopped && !failing) {
          LOG.log(Level.WARNING, what + " failed and keeps trying", e);
        }
        failing = true;
        if (!pause()) {
          return;
        }
      }
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** One turn. */
  @FunctionalInterface
  interface Turn {
    void take(BooleanSupplier stopped) throws Exception;
  }
}
