package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** The gates of this server: one for recall-like work, one for writes. */
@ApplicationScoped
public class InflightGates {
  private final InflightGate recall;
  private final InflightGate write;

  /** For the container's proxy. */
  protected InflightGates() {
    this.recall = null;
    this.write = null;
  }

  @Inject
  public InflightGates(Settings settings) {
    this.recall =
        new InflightGate(
            WorkClass.RECALL,
            settings.get(AccessSettings.API_RECALL_MAX_INFLIGHT),
            settings.get(AccessSettings.API_RECALL_QUEUE_MAX),
            settings.get(AccessSettings.API_RECALL_QUEUE_TIMEOUT_MS));
    this.write =
        new InflightGate(
            WorkClass.WRITE,
            settings.get(AccessSettings.API_WRITE_MAX_INFLIGHT),
            settings.get(AccessSettings.API_WRITE_QUEUE_MAX),
            settings.get(AccessSettings.API_WRITE_QUEUE_TIMEOUT_MS));
  }

  public InflightGate of(WorkClass work) {
    return work == WorkClass.RECALL ? recall : write;
  }
}
