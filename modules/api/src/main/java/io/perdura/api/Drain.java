package io.perdura.api;

import io.perdura.control.ControlSettings;
import io.perdura.control.Membership;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The switch that takes this server out of its load balancers while it still answers: an endpoint
 * for the operator's tools, a file for scripts on the host. Either asks for it.
 */
@ApplicationScoped
class Drain {
  private static final Logger LOG = Logger.getLogger(Drain.class.getName());

  private final Path file;
  private final Membership membership;
  private volatile boolean requested;
  private volatile boolean filePresent;

  /** For the container's proxy. */
  protected Drain() {
    this.file = null;
    this.membership = null;
  }

  @Inject
  Drain(Settings settings, Membership membership) {
    String configured = settings.get(ControlSettings.PERDURA_DRAIN_FILE);
    this.file =
        configured != null
            ? Path.of(configured)
            : Path.of(settings.get(CoreSettings.PERDURA_STATE_DIR), "drain");
    this.membership = membership;
  }

  boolean isDraining() {
    return requested || filePresent;
  }

  /** Switches by endpoint; the file keeps its own say. */
  void request(boolean draining) {
    boolean before = isDraining();
    requested = draining;
    tellChange(before);
  }

  /** Looks for the file. */
  void look() {
    boolean before = isDraining();
    filePresent = Files.exists(file);
    tellChange(before);
  }

  private void tellChange(boolean before) {
    boolean draining = isDraining();
    if (draining == before) {
      return;
    }
    membership.draining(draining);
    LOG.log(
        Level.INFO,
        draining ? "draining: load balancers are asked to stay away" : "in service: not draining");
  }
}
