package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import io.perdura.memory.RuleBook;
import io.perdura.memory.WriteIdentity;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One feedback on a tool, in its transaction.
 *
 * <p>A feedback that names its decision is credited to the rules that made that decision, not to
 * those that would make it now (defect D7). Locks: decision, rules, chain.
 */
final class ToolFeedbackRun {
  private final Tx tx;
  private final ToolFeedbackRequest request;
  private final Evaluation now;
  private final WriteIdentity caller;
  private final DecisionStore decisions;
  private final RuleBook book;

  /**
   * @param caller whose private rules may be credited, even by a decision of somebody else; null =
   *     everybody's
   */
  ToolFeedbackRun(Tx tx, ToolFeedbackRequest request, Evaluation now, WriteIdentity caller) {
    this.tx = tx;
    this.request = request;
    this.now = now;
    this.caller = caller;
    decisions = new DecisionStore(tx.connection(), request.scope());
    book = RuleBook.of(tx, request.scope());
  }

  /** How the feedback came to its decision. */
  private enum Mode {
    PROVIDED("provided"),
    INFERRED("inferred"),
    CREATED("created_from_feedback");

    private final String label;

    Mode(String label) {
      this.label = label;
    }
  }

  JsonNode run() throws SQLException {
    Optional<Decision> provided =
        request.decisionId() == null ? Optional.empty() : decisions.lock(request.decisionId());
    Set<UUID> credited = provided.isPresent() ? ofDecision(provided.get()) : ofNow();
    if (!credited.isEmpty() && request.decisionId() != null && provided.isEmpty()) {
      throw Faults.unknownDecision(400, request.decisionId(), request.scope());
    }
    Set<UUID> present = credited.isEmpty() ? credited : book.lock(credited, caller);
    List<UUID> rules = credited.stream().filter(present::contains).toList();
    return rules.isEmpty() ? nothing() : credit(provided, rules);
  }

  /** The rules that apply now, in the order of merging. */
  private Set<UUID> ofNow() {
    Set<UUID> ids = new LinkedHashSet<>();
    addTouching(ids, now.active());
    if (now.includesShadow()) {
      addTouching(ids, now.shadow());
    }
    return ids;
  }

  private void addTouching(Set<UUID> ids, AppliedPolicy policy) {
    for (Rule rule : policy.sources()) {
      if (!request.isAboutTools() || rule.patch().touchesTools()) {
        ids.add(UUID.fromString(rule.id()));
      }
    }
  }

  /** The rules that made a decision, and the shadow rules of now if asked for. */
  private Set<UUID> ofDecision(Decision decision) throws SQLException {
    Map<UUID, JsonNode> patches = book.patches(decision.sourceRuleIds());
    Set<UUID> ids = new LinkedHashSet<>();
    for (UUID id : decision.sourceRuleIds()) {
      JsonNode then = patches.get(id);
      if (then != null && (!request.isAboutTools() || touchesTools(then))) {
        ids.add(id);
      }
    }
    if (now.includesShadow()) {
      addTouching(ids, now.shadow());
    }
    return ids;
  }

  private static boolean touchesTools(JsonNode then) {
    return PolicyPatch.faults(then).isEmpty() && PolicyPatch.of(then).touchesTools();
  }

  private ObjectNode nothing() {
    ObjectNode answer = head().put("updated_rules", 0);
    answer.putArray("rule_node_ids");
    return answer
        .putNull("commit_id")
        .putNull("commit_hash")
        .put("note", "no rule had a part in this choice; nothing was recorded");
  }

  private ObjectNode head() {
    return Jsons.object()
        .put("ok", true)
        .put("scope", request.scope().scope())
        .put("tenant_id", request.scope().tenant().value());
  }

  private JsonNode credit(Optional<Decision> provided, List<UUID> rules) throws SQLException {
    Mode mode = Mode.PROVIDED;
    Decision decision = provided.orElse(null);
    if (decision == null) {
      decision = decisions.infer(request).orElse(null);
      mode = decision == null ? Mode.CREATED : Mode.INFERRED;
    }
    if (decision == null) {
      decision = madeUp(rules);
    } else {
      decision = checked(decision, mode);
    }
    RuleBook.Commit commit =
        book.append(
            "tool_feedback", request.actor(), request.inputSha(), diff(decision, mode, rules));
    if (mode == Mode.CREATED) {
      decisions.insert(committed(decision, commit.id()));
    }
    FeedbackStore.Said said =
        new FeedbackStore.Said(
            request.runId(), request.outcome(), request.note(), "tools_feedback", decision.id());
    List<UUID> rows = rules.stream().map(rule -> UUID.randomUUID()).toList();
    FeedbackStore.insert(tx.connection(), request.scope(), said, rows, rules, commit.id());
    book.count(rules, request.outcome());
    ObjectNode answer = head().put("updated_rules", rules.size());
    answer.set("rule_node_ids", texts(rules));
    return answer
        .put("commit_id", commit.id().toString())
        .put("commit_hash", commit.hash())
        .put("decision_id", decision.id().toString())
        .put("decision_link_mode", mode.label)
        .put("decision_policy_sha256", decision.policySha());
  }

  private Decision madeUp(List<UUID> rules) {
    return new Decision(
        UUID.randomUUID(),
        request.runId(),
        request.selectedTool(),
        request.candidates(),
        request.contextSha(),
        now.active().sha256(),
        rules,
        Jsons.object().put("source", "feedback_derived"),
        null,
        null);
  }

  private static Decision committed(Decision decision, UUID commitId) {
    return new Decision(
        decision.id(),
        decision.runId(),
        decision.selectedTool(),
        decision.candidates(),
        decision.contextSha(),
        decision.policySha(),
        decision.sourceRuleIds(),
        decision.metadata(),
        null,
        commitId);
  }

  /** Refuses a decision that the feedback cannot be about; gives one without run the feedback's. */
  private Decision checked(Decision decision, Mode mode) throws SQLException {
    String id = decision.id().toString();
    if (!request.selectedTool().equals(decision.selectedTool())) {
      throw ApiException.badRequest(
          "decision_selected_tool_mismatch",
          "the decision selected another tool",
          Jsons.object()
              .put("decision_id", id)
              .put("decision_selected_tool", decision.selectedTool())
              .put("request_selected_tool", request.selectedTool()));
    }
    if (!request.candidates().equals(decision.candidates())) {
      throw ApiException.badRequest(
          "decision_candidates_mismatch",
          "the decision was among other candidates",
          Jsons.object().put("decision_id", id));
    }
    boolean hasRun = decision.runId() != null && !decision.runId().isEmpty();
    if (request.runId() != null && hasRun && !request.runId().equals(decision.runId())) {
      throw ApiException.badRequest(
          "decision_run_id_mismatch",
          "the decision belongs to another run",
          Jsons.object()
              .put("decision_id", id)
              .put("decision_run_id", decision.runId())
              .put("request_run_id", request.runId()));
    }
    if (mode == Mode.PROVIDED
        && request.tellsItsContext()
        && !request.contextSha().equals(decision.contextSha())) {
      throw ApiException.badRequest(
          "decision_context_mismatch",
          "the decision was made in another context",
          Jsons.object()
              .put("decision_id", id)
              .put("decision_context_sha256", decision.contextSha())
              .put("request_context_sha256", request.contextSha()));
    }
    if (request.runId() == null || hasRun) {
      return decision;
    }
    decisions.setRun(decision.id(), request.runId());
    return decision.withRun(request.runId());
  }

  private ObjectNode diff(Decision decision, Mode mode, List<UUID> rules) {
    ObjectNode diff = Jsons.object();
    ObjectNode entry =
        diff.putArray("tool_feedback")
            .addObject()
            .put("decision_id", decision.id().toString())
            .put("decision_link_mode", mode.label)
            .put("run_id", request.runId())
            .put("outcome", request.outcome())
            .put("selected_tool", request.selectedTool());
    entry.set("candidates", ToolPolicy.texts(request.candidates()));
    entry.set("rule_node_ids", texts(rules));
    entry.put("target", request.target());
    return diff;
  }

  private static ArrayNode texts(List<UUID> ids) {
    return ToolPolicy.texts(ids.stream().map(UUID::toString).toList());
  }
}
