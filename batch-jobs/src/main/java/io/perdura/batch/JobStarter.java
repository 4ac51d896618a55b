package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.kernel.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts executions of the drain, which is no run of an operator but a part of each worker. */
@ApplicationScoped
public class JobStarter {
  /** The job that drains the outbox. */
  static final String DRAIN = "outbox-drain";

  private static final Logger LOG = Logger.getLogger(JobStarter.class.getName());

  private final Membership membership;
  private volatile boolean open;

  /** For the container's proxy. */
  protected JobStarter() {
    this(null);
  }

  @Inject
  JobStarter(Membership membership) {
    this.membership = membership;
  }

  /** From now on this server takes jobs: whatever its earlier process left has been dealt with. */
  void open() {
    open = true;
  }

  /**
   * Starts a job under the name of this server.
   *
   * @return number of the execution
   * @throws ApiException 503 {@code not_ready} while the server has not joined its cluster
   */
  long start(String name, Properties parameters) {
    if (!open || membership.self() == null) {
      throw new ApiException(503, "not_ready", "this server takes no jobs yet", null, 1);
    }
    parameters.setProperty(JobRepository.NODE, membership.self().id());
    long execution = Operators.operator().start(name, parameters);
    LOG.log(Level.INFO, "job {0} started as execution {1}", new Object[] {name, execution});
    return execution;
  }
}
