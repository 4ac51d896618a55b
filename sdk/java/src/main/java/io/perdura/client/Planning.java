package io.perdura.client;

import io.perdura.client.model.PlanningAnswer;
import io.perdura.client.model.PlanningRequest;

/** What an agent needs for a plan. */
public final class Planning {
  private final Perdura client;

  Planning(Perdura client) {
    this.client = client;
  }

  /** Recall, rules and a tool in one answer: <code>planningContext</code>. */
  public Call<PlanningAnswer> context(PlanningRequest request) {
    return client.call(Operation.PLANNING_CONTEXT, PlanningAnswer.class).body(request);
  }
}
