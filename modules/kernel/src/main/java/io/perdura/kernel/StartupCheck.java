package io.perdura.kernel;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Refuses to run with a faulty configuration: names every fault at once and ends the process with
 * exit code 78 (EX_CONFIG), so that a service manager sees a refusal and not a server that answers
 * wrongly.
 */
public final class StartupCheck {
  static final int EXIT_CODE = 78;

  private static final Logger LOG = Logger.getLogger(StartupCheck.class.getName());

  private StartupCheck() {}

  /**
   * Returns when {@code settings} are faultless; otherwise starts the end of the process and throws
   * IllegalStateException, so that nothing is built on the faulty values meanwhile.
   */
  static void require(Settings settings) {
    List<String> faults = settings.faults();
    if (!faults.isEmpty()) {
      throw new IllegalStateException(refuse(faults));
    }
  }

  /** Tells every fault in one message, which is returned, and starts the end of the process. */
  public static String refuse(List<String> faults) {
    String text = "The configuration is not usable:\n  " + String.join("\n  ", faults);
    LOG.log(Level.SEVERE, "{0}", text);
    // Not from this thread: exit waits for the server to stop, and the server waits for this
    // thread.
    Thread end = new Thread(() -> Runtime.getRuntime().exit(EXIT_CODE), "perdura-refuse");
    end.setDaemon(true);
    end.start();
    return text;
  }
}
