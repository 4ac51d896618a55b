package io.perdura.client;

import io.perdura.client.model.DecisionAnswer;
import io.perdura.client.model.DecisionRequest;
import io.perdura.client.model.SelectAnswer;
import io.perdura.client.model.SelectRequest;
import io.perdura.client.model.ToolFeedbackAnswer;
import io.perdura.client.model.ToolFeedbackRequest;

/** The choice of tools. */
public final class Tools {
  private final Perdura client;

  Tools(Perdura client) {
    this.client = client;
  }

  /** Choose a tool under the rules in force: <code>selectTool</code>. */
  public Call<SelectAnswer> select(SelectRequest request) {
    return client.call(Operation.SELECT_TOOL, SelectAnswer.class).body(request);
  }

  /** Look a decision up: <code>toolDecision</code>. */
  public Call<DecisionAnswer> decision(DecisionRequest request) {
    return client.call(Operation.TOOL_DECISION, DecisionAnswer.class).body(request);
  }

  /** Tell how the chosen tool did: <code>toolFeedback</code>. */
  public Call<ToolFeedbackAnswer> feedback(ToolFeedbackRequest request) {
    return client.call(Operation.TOOL_FEEDBACK, ToolFeedbackAnswer.class).body(request);
  }
}
