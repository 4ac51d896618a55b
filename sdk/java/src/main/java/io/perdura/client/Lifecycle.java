package io.perdura.client;

import io.perdura.client.model.ActivateAnswer;
import io.perdura.client.model.ActivateRequest;
import io.perdura.client.model.RehydrateAnswer;
import io.perdura.client.model.RehydrateRequest;

/** Keep memory warm, tell what helped. */
public final class Lifecycle {
  private final Perdura client;

  Lifecycle(Perdura client) {
    this.client = client;
  }

  /** Bring nodes back to a warmer tier: <code>rehydrate</code>. */
  public Call<RehydrateAnswer> rehydrate(RehydrateRequest request) {
    return client.call(Operation.REHYDRATE, RehydrateAnswer.class).body(request);
  }

  /** Tell which nodes helped or hurt: <code>activateNodes</code>. */
  public Call<ActivateAnswer> activate(ActivateRequest request) {
    return client.call(Operation.ACTIVATE_NODES, ActivateAnswer.class).body(request);
  }
}
