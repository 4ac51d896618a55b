package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * What one question got.
 *
 * @param ranked node ids, best first
 * @param texts what the best nodes say, in the same order, at most {@link #SHOWN}
 * @param seeds how many candidates the search found
 * @param nodes how many nodes came back
 * @param edges how many edges came back
 * @param contextChars length of the context text
 */
record Recall(
    List<String> ranked, List<String> texts, int seeds, int nodes, int edges, int contextChars) {
  /** A fact counts as recalled when it is among the first three. */
  static final int GOOD_RANK = 3;

  private static final int SHOWN = 5;

  Recall {
    ranked = List.copyOf(ranked);
    texts = List.copyOf(texts);
  }

  static Recall of(JsonNode answer) {
    List<String> ranked =
        StreamSupport.stream(answer.path("ranked").spliterator(), false)
            .map(entry -> entry.path("id").asText())
            .toList();
    Map<String, String> texts = new HashMap<>();
    for (JsonNode node : answer.path("subgraph").path("nodes")) {
      String text = node.path("text_summary").asText("");
      texts.put(node.path("id").asText(), text.isEmpty() ? node.path("title").asText("") : text);
    }
    return new Recall(
        ranked,
        ranked.stream().limit(SHOWN).map(id -> texts.getOrDefault(id, "(not returned)")).toList(),
        answer.path("seeds").size(),
        answer.path("subgraph").path("nodes").size(),
        answer.path("subgraph").path("edges").size(),
        answer.path("context").path("text").asText("").length());
  }

  /** Place of a node in the ranking, from 1; 0 when it is not there. */
  int rankOf(String nodeId) {
    return ranked.indexOf(nodeId) + 1;
  }

  boolean finds(String nodeId) {
    int rank = rankOf(nodeId);
    return rank >= 1 && rank <= GOOD_RANK;
  }

  ObjectNode toJson(String nodeId) {
    ObjectNode json = Jsons.MAPPER.createObjectNode();
    int rank = rankOf(nodeId);
    if (rank == 0) {
      json.putNull("rank");
    } else {
      json.put("rank", rank);
    }
    ArrayNode top = json.putArray("top");
    texts.forEach(top::add);
    return json;
  }
}
