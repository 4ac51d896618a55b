package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything one recall came to, stage by stage; the answer is written from it. */
final class Outcome {
  final Timings timings = new Timings();
  Adaptive adaptive;
  long inflightWaitMs;
  Stage1 stage1;
  List<Seed> seeds = new ArrayList<>();
  Neighbourhood around = new Neighbourhood(List.of(), Map.of(), List.of());
  List<Activation.Ranked> ranking = List.of();
  Subgraph subgraph = new Subgraph(List.of(), List.of());
  Picks picks = new Picks(List.of(), List.of(), List.of(), List.of());
  ContextText.Result context = new ContextText.Result("", 0, new int[4], false);

  /** Vectors of the first seeds; null unless asked for. */
  ArrayNode debugEmbeddings;

  /** The {@code rules} block; null unless asked for. */
  ObjectNode rules;

  /** What each arm of a hybrid recall contributed; null in the contract's pure pipeline. */
  ArmReport arms;

  /** Provider of the query's vector; null for recall. */
  String embeddingProvider;

  int roundTrips;

  int loadedNodes() {
    return around.nodes().size();
  }

  int loadedEdges() {
    return around.edges().size();
  }

  boolean isEmpty() {
    return seeds.isEmpty();
  }

  ObjectNode neighbourhoodCounts() {
    return Jsons.object().put("nodes", loadedNodes()).put("edges", loadedEdges());
  }
}
