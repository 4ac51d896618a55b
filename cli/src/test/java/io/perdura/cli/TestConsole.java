package io.perdura.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A console that remembers. */
public final class TestConsole {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Console console =
      new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);

  public Console console() {
    return console;
  }

  public String out() {
    return out.toString();
  }

  public String err() {
    return err.toString();
  }
}
