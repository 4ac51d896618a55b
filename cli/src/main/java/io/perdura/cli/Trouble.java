package io.perdura.cli;

/**
 * What stops a command, said in one sentence for the person at the terminal.
 *
 * <p>The message is printed as it is, after {@code perdura: }; details (log lines, for example)
 * follow on lines of their own. Never put a password into either.
 */
public final class Trouble extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String details;

  public Trouble(String sentence) {
    this(sentence, "", null);
  }

  public Trouble(String sentence, Throwable cause) {
    this(sentence, "", cause);
  }

  public Trouble(String sentence, String details) {
    this(sentence, details, null);
  }

  private Trouble(String sentence, String details, Throwable cause) {
    super(sentence, cause);
    this.details = details;
  }

  /** Further lines to show, empty when the sentence says it all. */
  public String details() {
    return details;
  }
}
