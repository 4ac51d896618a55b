package io.perdura.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the candidates a tool policy lets pass, and in what order (contract, section 7.4).
 *
 * <p>Allow-lists without a common tool allow nothing (defect D1): contradictory rules must not open
 * every tool.
 */
final class ToolSelection {
  private static final String DENIED = "deny_list";
  private static final String NOT_ALLOWED = "not_in_allow_list";

  /** Why a selection is what it is. */
  private enum Fallback {
    NONE("none", "every rule about tools was followed"),
    ALLOW_LIST(
        "allowlist_filtered_all", "no candidate is on the allow-list; only the deny-list counted"),
    DENY_LIST("deny_filtered_all", "every candidate is on the deny-list; nothing was selected");

    private final String reason;
    private final String note;

    Fallback(String reason, String note) {
      this.reason = reason;
      this.note = note;
    }
  }

  private final List<String> candidates;
  private final List<String> allowed = new ArrayList<>();
  private final Map<String, String> denied = new LinkedHashMap<>();
  private final List<String> preferred = new ArrayList<>();
  private final List<String> ordered = new ArrayList<>();
  private final boolean allowListCounts;
  private final Fallback fallback;

  /**
   * Selects.
   *
   * @param candidates without blanks and repetition
   * @throws ApiException 400 {@code no_tools_allowed} when {@code strict} and nothing passes
   */
  ToolSelection(List<String> candidates, ToolPolicy policy, boolean strict) {
    this.candidates = candidates;
    Set<String> deny = new HashSet<>(policy.deny());
    sort(deny, policy.restricts() ? new HashSet<>(policy.allow()) : null);
    if (allowed.isEmpty() && strict) {
      throw ApiException.badRequest(
          "no_tools_allowed",
          "the rules in force let none of the candidates pass",
          Jsons.object()
              .put("candidates", candidates.size())
              .put("allow", policy.allow().size())
              .put("deny", deny.size()));
    }
    Fallback reason = Fallback.NONE;
    if (allowed.isEmpty()) {
      if (policy.restricts()) {
        sort(deny, null);
        reason = Fallback.ALLOW_LIST;
      }
      reason = allowed.isEmpty() ? Fallback.DENY_LIST : reason;
    }
    fallback = reason;
    allowListCounts = policy.restricts() && reason == Fallback.NONE;
    policy.prefer().stream().filter(allowed::contains).forEach(preferred::add);
    ordered.addAll(preferred);
    allowed.stream().filter(tool -> !preferred.contains(tool)).forEach(ordered::add);
  }

  /** {@code allow} null: no allow-list counts. */
  private void sort(Set<String> deny, Set<String> allow) {
    allowed.clear();
    denied.clear();
    for (String tool : candidates) {
      if (deny.contains(tool)) {
        denied.put(tool, DENIED);
      } else if (allow != null && !allow.contains(tool)) {
        denied.put(tool, NOT_ALLOWED);
      } else {
        allowed.add(tool);
      }
    }
  }

  /** The first of the ordered tools; null when there is none. */
  String selected() {
    return ordered.isEmpty() ? null : ordered.getFirst();
  }

  ObjectNode json() {
    ObjectNode json = Jsons.object();
    json.set("candidates", ToolPolicy.texts(candidates));
    json.set("allowed", ToolPolicy.texts(allowed));
    ArrayNode refusals = json.putArray("denied");
    denied.forEach((name, reason) -> refusals.addObject().put("name", name).put("reason", reason));
    json.set("preferred", ToolPolicy.texts(preferred));
    json.set("ordered", ToolPolicy.texts(ordered));
    json.put("selected", selected());
    json.putObject("fallback")
        .put("applied", fallback != Fallback.NONE)
        .put("reason", fallback.reason)
        .put("note", fallback.note)
        .put("effective_mode", allowListCounts ? "allow_and_deny" : "deny_only");
    return json;
  }
}
