package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What the demo saw, and the two truths computed from it.
 *
 * @param nodes the node that each fact became
 * @param before answers when only the distractors were there
 * @param after answers to the writer, once the facts were written
 * @param cold answers to the reader, after the restart
 */
record DemoReport(
    String baseUrl,
    String scope,
    boolean restarted,
    Map<Fact, String> nodes,
    Map<Fact, Recall> before,
    Map<Fact, Recall> after,
    Map<Fact, Recall> cold) {

  /** Every fact is among the first three answers to its question, and fewer were before. */
  boolean memoryRecallImproved() {
    return hits(after) == nodes.size() && hits(after) > hits(before);
  }

  /** Every fact is among the first three for another agent in another session, asked cold. */
  boolean crossSessionRecallStable() {
    return !nodes.isEmpty() && hits(cold) == nodes.size();
  }

  boolean isSuccess() {
    return memoryRecallImproved() && crossSessionRecallStable();
  }

  private int hits(Map<Fact, Recall> answers) {
    return (int) nodes.keySet().stream().filter(f -> answers.get(f).finds(nodes.get(f))).count();
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.MAPPER.createObjectNode();
    json.put("base_url", baseUrl).put("scope", scope).put("server_restarted", restarted);
    json.put("distractors", Distractors.COUNT).put("good_rank", Recall.GOOD_RANK);
    json.put("writer", Demo.WRITER).put("reader", Demo.READER);
    ArrayNode facts = json.putArray("facts");
    nodes.forEach((fact, node) -> {
      ObjectNode entry = facts.addObject();
      entry.put("fact", fact.text()).put("question", fact.question()).put("node_id", node);
      entry.set("before", before.get(fact).toJson(node));
      entry.set("after", after.get(fact).toJson(node));
      entry.set("cold", cold.get(fact).toJson(node));
    });
    ObjectNode gain = json.putObject("recall_gain");
    gain.put("seed_delta", delta(Recall::seeds)).put("node_delta", delta(Recall::nodes));
    gain.put("edge_delta", delta(Recall::edges));
    gain.put("context_char_delta", delta(Recall::contextChars));
    gain.put("target_hit_delta", hits(after) - hits(before));
    ObjectNode success = json.putObject("success");
    success.put("memory_recall_improved", memoryRecallImproved());
    success.put("cross_session_recall_stable", crossSessionRecallStable());
    return json;
  }

  private int delta(ToIntFunction<Recall> figure) {
    return after.values().stream().mapToInt(figure).sum()
        - before.values().stream().mapToInt(figure).sum();
  }

  List<String> toText() {
    List<String> lines = new ArrayList<>();
    nodes.forEach((fact, node) -> {
      lines.add("");
      lines.add("\"" + fact.question() + "\"");
      lines.add("  expected: " + fact.text());
      lines.addAll(answer("before", before.get(fact), node, fact));
      lines.addAll(answer("after, same process", after.get(fact), node, fact));
      lines.addAll(answer(coldTitle(), cold.get(fact), node, fact));
    });
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Facts among the first %d answers: %d of %d before, %d after, %d cold (%d distractors).",
            Recall.GOOD_RANK,
            hits(before),
            nodes.size(),
            hits(after),
            hits(cold),
            Distractors.COUNT));
    if (!restarted) {
      lines.add("The server is not managed from here, so it was not restarted.");
    }
    lines.add("memory_recall_improved: " + memoryRecallImproved());
    lines.add("cross_session_recall_stable: " + crossSessionRecallStable());
    return lines;
  }

  private String coldTitle() {
    return restarted ? "cold, after restart, other agent" : "other session, other agent";
  }

  private static List<String> answer(String title, Recall recall, String node, Fact fact) {
    List<String> lines = new ArrayList<>();
    int rank = recall.rankOf(node);
    lines.add("  " + title + ": " + (rank == 0 ? "not found" : "rank " + rank));
    int place = 1;
    for (String text : recall.texts().stream().limit(Recall.GOOD_RANK).toList()) {
      lines.add("    " + place++ + ". " + text + (text.equals(fact.text()) ? "   <--" : ""));
    }
    return lines;
  }
}
