package io.perdura.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.Locale;

/**
 * What a person sees while a command works.
 *
 * <p>On a terminal the running step is redrawn in place with its seconds; elsewhere each step is
 * one line. Progress goes to standard error, results to standard output.
 */
public final class Console {
  private static final Duration REDRAW = Duration.ofMillis(200);

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final int columns;
  private Thread spinner;
  private String step;
  private long since;

  public Console(PrintWriter out, PrintWriter err, boolean terminal) {
    this(out, err, terminal, 0);
  }

  /**
   * A console of that width.
   *
   * @param columns characters of a line, 0 = as many as there are
   */
  public Console(PrintWriter out, PrintWriter err, boolean terminal, int columns) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.columns = columns;
  }

  /** A console that shows nothing, for work inside a step of something else. */
  public static Console silent() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new Console(nowhere, nowhere, false);
  }

  /** A console on this process's standard streams; the launcher says whether a person watches. */
  public static Console standard() {
    return new Console(
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        Boolean.getBoolean("perdura.terminal"),
        Math.max(0, Integer.getInteger("perdura.columns", 0)));
  }

  /** A result. */
  public void print(String line) {
    out.println(line);
    out.flush();
  }

  /** A result in columns, folded to the width of the terminal. */
  public void print(Table table) {
    table.lines(columns).forEach(this::print);
  }

  /** Characters of a line, 0 where nobody looks and lines are as long as they are. */
  public int columns() {
    return columns;
  }

  /** A remark beside the result. */
  public void note(String line) {
    finishLine();
    err.println("  " + line);
    err.flush();
  }

  /** A complaint. */
  public void complain(String line) {
    stopSpinner();
    finishLine();
    err.println(line);
    err.flush();
  }

  /** Begins a step that may take a while. */
  public synchronized void begin(String name) {
    step = name;
    since = System.nanoTime();
    if (terminal) {
      redraw("");
      spinner =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    Thread.sleep(REDRAW);
                    redraw(" " + elapsed(System.nanoTime() - since));
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
  }

  /** Ends the step with what came of it. */
  public void done(String result) {
    stopSpinner();
    String line = "  " + step + ": " + result + " (" + elapsed(System.nanoTime() - since) + ")";
    if (terminal) {
      err.print("\r\033[K");
    }
    err.println(line);
    err.flush();
    step = null;
  }

  /**
   * Shows on a terminal, in place, how a long step stands; null ends that. Elsewhere it shows
   * nothing.
   */
  public synchronized void redrawn(String state) {
    if (terminal) {
      err.print("\r\033[K" + (state == null ? "" : "  " + state));
      err.flush();
    }
  }

  /** The text in a colour where a person looks and has not said NO_COLOR; else as it is. */
  public String painted(String text, boolean good) {
    if (!terminal || System.getenv("NO_COLOR") != null) {
      return text;
    }
    return (good ? "\033[32m" : "\033[31m") + text + "\033[0m";
  }

  /** Nanoseconds as {@code 3.2 s}. */
  public static String elapsed(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  private synchronized void redraw(String suffix) {
    if (step != null) {
      err.print("\r\033[K  " + step + suffix);
      err.flush();
    }
  }

  private void finishLine() {
    if (terminal && step != null) {
      err.print("\r\033[K");
    }
  }

  private void stopSpinner() {
    Thread running;
    synchronized (this) {
      running = spinner;
      spinner = null;
    }
    if (running != null) {
      running.interrupt();
    }
  }
}
