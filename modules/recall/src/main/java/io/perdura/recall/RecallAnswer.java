package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes the answer of a recall (contract, sections 5.7 to 5.11). */
final class RecallAnswer {
  private final RecallRequest request;
  private final Outcome outcome;
  private final Flags flags;

  private RecallAnswer(RecallRequest request, Outcome outcome) {
    this.request = request;
    this.outcome = outcome;
    this.flags = request.flags;
  }

  static ObjectNode write(RecallRequest request, Outcome outcome) {
    return new RecallAnswer(request, outcome).write();
  }

  private ObjectNode write() {
    ObjectNode answer = Jsons.object();
    answer.put("tenant_id", request.scope.tenant().value()).put("scope", request.scope.scope());
    answer.set("seeds", seeds());
    ObjectNode subgraph = answer.putObject("subgraph");
    subgraph.set("nodes", nodes());
    subgraph.set("edges", edges());
    answer.set("ranked", ranked());
    ObjectNode context = answer.putObject("context");
    context.put("text", outcome.context.text());
    context.set("items", ContextItems.items(outcome.picks));
    context.set("citations", ContextItems.citations(outcome.picks.all()));
    if (outcome.rules != null) {
      answer.set("rules", outcome.rules);
    }
    if (flags.returnDebug()) {
      answer.set("debug", debug());
    }
    if (request.kind == RecallRequest.Kind.RECALL_TEXT) {
      answer
          .putObject("query")
          .put("text", request.queryText)
          .put("embedding_provider", outcome.embeddingProvider);
    }
    answer.set("trajectory", Trajectory.of(outcome, request.knobs.strategy()));
    answer.set("observability", observability());
    return answer;
  }

  private ArrayNode seeds() {
    ArrayNode seeds = Jsons.array();
    for (Seed seed : outcome.seeds) {
      LoadedNode node = seed.node();
      ObjectNode json =
          seeds
              .addObject()
              .put("id", node.id.toString())
              .put("type", node.type)
              .put("title", node.title)
              .put("text_summary", node.summary)
              .put("tier", node.tier);
      json.set("salience", Figures.number(node.salience));
      json.set("confidence", Figures.number(node.confidence));
      json.set("similarity", Figures.number(seed.similarity()));
      if (seed.hit() != null) {
        json.put("embedding_status", node.embeddingStatus);
        json.put("pending", seed.hit().pending());
        ArrayNode arms = json.putArray("arms");
        seed.hit().arms().forEach(arm -> arms.add(arm.label()));
      }
    }
    return seeds;
  }

  private ArrayNode nodes() {
    ArrayNode nodes = Jsons.array();
    for (LoadedNode node : outcome.subgraph.nodes()) {
      ObjectNode json =
          nodes
              .addObject()
              .put("id", node.id.toString())
              .put("type", node.type)
              .put("title", node.title)
              .put("text_summary", node.summary);
      if (node.type.equals("topic")) {
        json.put("topic_state", node.topicState).put("member_count", node.memberCount);
      }
      if (flags.includeSlots()) {
        json.set("slots", node.slots);
      } else if (flags.includeSlotsPreview()) {
        json.set("slots_preview", preview(node.slots));
      }
      if (node.meta != null) {
        addMeta(json, node);
      } else if (outcome.arms != null && !node.isReady()) {
        json.put("embedding_status", node.embeddingStatus);
      }
    }
    return nodes;
  }

  private JsonNode preview(JsonNode slots) {
    if (!slots.isObject()) {
      return NullNode.instance;
    }
    ObjectNode preview = Jsons.object();
    Iterator<Map.Entry<String, JsonNode>> entries = slots.properties().iterator();
    for (int i = 0; i < flags.slotsPreviewKeys() && entries.hasNext(); i++) {
      Map.Entry<String, JsonNode> entry = entries.next();
      preview.set(entry.getKey(), entry.getValue());
    }
    return preview;
  }

  private static void addMeta(ObjectNode json, LoadedNode node) {
    LoadedNode.Meta meta = node.meta;
    json.put("raw_ref", node.rawRef)
        .put("evidence_ref", node.evidenceRef)
        .put("embedding_status", node.embeddingStatus)
        .put("embedding_model", meta.embeddingModel())
        .put("memory_lane", meta.memoryLane())
        .put("producer_agent_id", meta.producerAgentId())
        .put("owner_agent_id", meta.ownerAgentId())
        .put("owner_team_id", meta.ownerTeamId())
        .put("created_at", iso(meta.createdAt()))
        .put("updated_at", iso(meta.updatedAt()))
        .put("last_activated", iso(meta.lastActivated()));
    json.set("salience", Figures.number(node.salience));
    json.set("importance", Figures.number(meta.importance()));
    json.set("confidence", Figures.number(node.confidence));
    json.put("commit_id", node.commitId.toString());
  }

  private static String iso(Instant instant) {
    return instant == null ? null : Timestamps.iso(instant);
  }

  private ArrayNode edges() {
    ArrayNode edges = Jsons.array();
    for (LoadedEdge edge : outcome.subgraph.edges()) {
      ObjectNode json =
          edges
              .addObject()
              .put("from_id", edge.src().toString())
              .put("to_id", edge.dst().toString())
              .put("type", edge.type());
      json.set("weight", Figures.number(edge.weight()));
      if (flags.includeMeta()) {
        json.put("commit_id", edge.commitId().toString());
      }
    }
    return edges;
  }

  private ArrayNode ranked() {
    ArrayNode ranked = Jsons.array();
    int limit = outcome.adaptive.knobs().rankedLimit();
    List<Activation.Ranked> all = outcome.ranking;
    for (Activation.Ranked entry : all.size() > limit ? all.subList(0, limit) : all) {
      ObjectNode json = ranked.addObject().put("id", entry.node().id.toString());
      json.set("activation", Figures.number(entry.activation()));
      json.set("score", Figures.number(entry.score()));
    }
    return ranked;
  }

  private ObjectNode debug() {
    ObjectNode debug = Jsons.object();
    debug.set("neighborhood_counts", outcome.neighbourhoodCounts());
    if (outcome.debugEmbeddings != null) {
      debug.set("embeddings", outcome.debugEmbeddings);
    }
    if (!outcome.isEmpty()) {
      debug.set("context_compaction", compaction());
    }
    debug.set("stage1", outcome.stage1.toJson());
    return debug;
  }

  private ObjectNode compaction() {
    ContextText.Result context = outcome.context;
    int limit = request.budget.limit();
    ObjectNode json = Jsons.object().put("profile", request.budget.profile());
    json.put("token_budget", request.budget.tokens())
        .put("char_budget", limit == 0 ? null : (Integer) limit)
        .put("applied", context.droppedLines() > 0 || context.shortened())
        .put("before_chars", context.beforeChars())
        .put("after_chars", context.text().length())
        .put("before_est_tokens", ContextBudget.estimatedTokens(context.beforeChars()))
        .put("after_est_tokens", ContextBudget.estimatedTokens(context.text().length()))
        .put("dropped_lines", context.droppedLines());
    json.putObject("dropped_by_section")
        .put("topics", context.dropped()[0])
        .put("entities", context.dropped()[1])
        .put("events", context.dropped()[2])
        .put("rules", context.dropped()[3]);
    return json;
  }

  private ObjectNode observability() {
    ObjectNode json = Jsons.object();
    json.set("stage_timings_ms", outcome.timings.toJson());
    json.put("inflight_wait_ms", outcome.inflightWaitMs);
    json.set("adaptive", outcome.adaptive.toJson());
    json.set("stage1", flags.returnDebug() ? outcome.stage1.toJson() : NullNode.instance);
    json.set(
        "neighborhood_counts",
        flags.returnDebug() ? outcome.neighbourhoodCounts() : NullNode.instance);
    json.put("database_round_trips", outcome.roundTrips);
    if (outcome.arms != null) {
      json.set("arms", outcome.arms.toJson());
    }
    return json;
  }
}
