package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The gates of this server: one for recall-like work, one for writes.
 *
 * <p>Whoever waits holds a thread of the server. Were there fewer threads than may wait, the rest
 * would queue for a thread before any gate, unseen and for any time. So what is configured is cut
 * to the threads that there are: first the queues, both by the same part, then the work itself.
 */
@ApplicationScoped
public class InflightGates {
  /** Threads for jobs, probes, limits and refusals. */
  static final int SPARE_THREADS = 40;

  private static final Logger LOG = Logger.getLogger(InflightGates.class.getName());

  private final InflightGate recall;
  private final InflightGate write;

  /** For the container's proxy. */
  protected InflightGates() {
    this.recall = null;
    this.write = null;
  }

  @Inject
  public InflightGates(Settings settings) {
    int room = settings.get(AccessSettings.PERDURA_REQUEST_THREADS) - SPARE_THREADS;
    int recalls = settings.get(AccessSettings.API_RECALL_MAX_INFLIGHT);
    int writes = settings.get(AccessSettings.API_WRITE_MAX_INFLIGHT);
    double workShare = share(room, recalls + writes);
    recalls = cut(recalls, workShare, 1);
    writes = cut(writes, workShare, 1);
    int recallQueue = settings.get(AccessSettings.API_RECALL_QUEUE_MAX);
    int writeQueue = settings.get(AccessSettings.API_WRITE_QUEUE_MAX);
    double queueShare = share(room - recalls - writes, recallQueue + writeQueue);
    recallQueue = cut(recallQueue, queueShare, 0);
    writeQueue = cut(writeQueue, queueShare, 0);
    if (workShare < 1 || queueShare < 1) {
      LOG.log(
          Level.INFO,
          "in-flight gates are cut to {0} threads: recall {1} and {2} waiting, write {3} and {4} waiting;"
              + " a larger PERDURA_REQUEST_THREADS lets more wait",
          new Object[] {room, recalls, recallQueue, writes, writeQueue});
    }
    this.recall =
        new InflightGate(
            WorkClass.RECALL,
            recalls,
            recallQueue,
            settings.get(AccessSettings.API_RECALL_QUEUE_TIMEOUT_MS));
    this.write =
        new InflightGate(
            WorkClass.WRITE,
            writes,
            writeQueue,
            settings.get(AccessSettings.API_WRITE_QUEUE_TIMEOUT_MS));
  }

  public InflightGate of(WorkClass work) {
    return work == WorkClass.RECALL ? recall : write;
  }

  private static double share(int room, int wanted) {
    return wanted == 0 ? 1 : Math.clamp(room / (double) wanted, 0, 1);
  }

  private static int cut(int wanted, double share, int least) {
    return Math.max(least, (int) (wanted * share));
  }
}
