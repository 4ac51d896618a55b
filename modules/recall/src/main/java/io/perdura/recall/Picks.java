package io.perdura.recall;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes that the context tells about, best ranked first (contract, section 5.6).
 *
 * <p>Rules only when their definition is in force: a draft or disabled rule is not an applicable
 * one.
 */
record Picks(
    List<LoadedNode> topics,
    List<LoadedNode> entities,
    List<LoadedNode> events,
    List<LoadedNode> rules) {

  private static final int TOPICS = 4;
  private static final int ENTITIES = 6;
  private static final int RULES = 6;
  private static final int EVENTS = 10;
  private static final int EVENTS_BESIDE_ROLLUP = 5;
  private static final int EVENTS_WINDOW_BESIDE_ROLLUP = 24;
  private static final int EVENTS_BALANCED = 5;
  private static final int EVENTS_AGGRESSIVE = 2;

  static Picks from(List<Activation.Ranked> ranking, ContextBudget budget) {
    List<LoadedNode> topics = new ArrayList<>();
    List<LoadedNode> entities = new ArrayList<>();
    List<LoadedNode> events = new ArrayList<>();
    List<LoadedNode> rules = new ArrayList<>();
    for (Activation.Ranked ranked : ranking) {
      LoadedNode node = ranked.node();
      switch (node.type) {
        case "topic", "concept" -> add(topics, node, TOPICS, !node.isDraftTopic());
        case "entity" -> add(entities, node, ENTITIES, true);
        case "event", "evidence" -> add(events, node, EVENTS_WINDOW_BESIDE_ROLLUP, true);
        case "rule" -> add(rules, node, RULES, node.rule != null && node.rule.isInForce());
        default -> {
          // Procedures and self models have no section.
        }
      }
    }
    return new Picks(topics, entities, chooseEvents(events, topics, budget), rules);
  }

  /** All picks in the order of items and citations. */
  List<LoadedNode> all() {
    List<LoadedNode> all = new ArrayList<>(topics);
    all.addAll(entities);
    all.addAll(events);
    all.addAll(rules);
    return all;
  }

  private static void add(List<LoadedNode> picks, LoadedNode node, int most, boolean wanted) {
    if (wanted && picks.size() < most) {
      picks.add(node);
    }
  }

  private static List<LoadedNode> chooseEvents(
      List<LoadedNode> events, List<LoadedNode> topics, ContextBudget budget) {
    boolean compressed = topics.stream().anyMatch(topic -> topic.rollup != null);
    List<LoadedNode> chosen = events;
    int most = EVENTS;
    if (compressed) {
      Set<String> cited = citedBy(topics);
      chosen = events.stream().filter(event -> !cited.contains(event.id.toString())).toList();
      most = EVENTS_BESIDE_ROLLUP;
    }
    if (budget.isCompact()) {
      most = Math.min(most, budget.aggressive() ? EVENTS_AGGRESSIVE : EVENTS_BALANCED);
    }
    return chosen.size() > most ? chosen.subList(0, most) : chosen;
  }

  private static Set<String> citedBy(List<LoadedNode> topics) {
    Set<String> cited = new HashSet<>();
    for (LoadedNode topic : topics) {
      if (topic.rollup != null) {
        cited.addAll(topic.rollup.citedNodes());
      }
    }
    return cited;
  }
}
