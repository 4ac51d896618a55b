package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A write that is ready to be stored: everything that can be known without the database. */
final class PreparedWrite {
  final WriteRequest request;
  final String scopeKey;
  final boolean allowCrossScopeEdges;
  final int maxTextLength;
  final int dimension;

  /** The caller wants vectors and this deployment has a provider. */
  final boolean autoEmbed;

  final String actor;
  final String modelVersion;
  final String promptVersion;
  final String inputSha;

  /** In request order, repetitions included. */
  final List<PreparedNode> nodes;

  /** Each node once; the first of a repetition. */
  final Map<UUID, PreparedNode> distinctNodes;

  /** In request order, repetitions included. */
  final List<PreparedEdge> edges;

  /** Each edge once, repetitions joined. */
  final List<PreparedEdge> distinctEdges;

  /** Ends of edges that are no nodes of this request, with the scope key of their edge. */
  final Map<UUID, Set<String>> outsideEnds;

  final String diffJson;
  final String diffSha;
  final String contentSha;

  private PreparedWrite(WriteContext context) {
    request = context.request;
    scopeKey = request.scope.key();
    allowCrossScopeEdges = context.allowCrossScopeEdges;
    maxTextLength = context.maxTextLength;
    dimension = context.dimension;
    autoEmbed = context.autoEmbed;
    actor = Faults.storable("actor", request.actor);
    modelVersion = Faults.storable("model_version", request.modelVersion);
    promptVersion = Faults.storable("prompt_version", request.promptVersion);
    inputSha =
        request.inputSha256 != null ? request.inputSha256 : CommitHash.ofInput(context.input);
    nodes = nodes(context);
    distinctNodes = distinct(nodes);
    edges = new EdgePreparation(context, nodes, distinctNodes).prepare(request.edges);
    distinctEdges = EdgePreparation.distinct(edges);
    outsideEnds = outsideEnds();
    ObjectNode diff = diff(context);
    diffJson = CanonicalJson.write(diff);
    diffSha = Hashes.sha256Hex(diffJson);
    contentSha = contentSha();
  }

  /**
   * Prepares {@code request}.
   *
   * @throws io.perdura.kernel.ApiException 400 for every mistake that shows without the database,
   *     403 {@code identity_mismatch}
   */
  static PreparedWrite of(WriteRequest request, Settings settings) {
    return new PreparedWrite(new WriteContext(request, settings));
  }

  private static List<PreparedNode> nodes(WriteContext context) {
    List<PreparedNode> nodes = new ArrayList<>(context.request.nodes.size());
    for (NodeInput input : context.request.nodes) {
      nodes.add(new PreparedNode(input, nodes.size(), context));
    }
    return nodes;
  }

  private static Map<UUID, PreparedNode> distinct(List<PreparedNode> nodes) {
    Map<UUID, PreparedNode> byId = LinkedHashMap.newLinkedHashMap(nodes.size());
    for (PreparedNode node : nodes) {
      PreparedNode first = byId.putIfAbsent(node.id, node);
      if (first != null && !first.scope.equals(node.scope)) {
        throw Faults.nodeIdConflict(node.id);
      }
    }
    return byId;
  }

  private Map<UUID, Set<String>> outsideEnds() {
    Map<UUID, Set<String>> ends = new LinkedHashMap<>();
    for (PreparedEdge edge : distinctEdges) {
      for (UUID end : List.of(edge.srcId(), edge.dstId())) {
        if (!distinctNodes.containsKey(end)) {
          ends.computeIfAbsent(end, id -> new LinkedHashSet<>()).add(edge.scopeKey());
        }
      }
    }
    return ends;
  }

  private ObjectNode diff(WriteContext context) {
    ObjectNode diff = Jsons.object();
    ObjectNode counts = diff.putObject("redaction");
    context.redaction.counts().forEach(counts::put);
    ArrayNode nodeList = diff.putArray("nodes");
    for (PreparedNode node : nodes) {
      ObjectNode entry = nodeList.addObject().put("id", node.id.toString());
      if (node.clientId != null) {
        entry.put("client_id", node.clientId);
      }
      entry.put("type", node.type);
      if (node.title != null) {
        entry.put("title", node.title);
      }
      entry
          .put("memory_lane", node.lane)
          .put("producer_agent_id", node.producerAgentId)
          .put("owner_agent_id", node.ownerAgentId)
          .put("owner_team_id", node.ownerTeamId);
    }
    ArrayNode edgeList = diff.putArray("edges");
    for (PreparedEdge edge : edges) {
      edgeList
          .addObject()
          .put("id", edge.id().toString())
          .put("type", edge.type())
          .put("src_id", edge.srcId().toString())
          .put("dst_id", edge.dstId().toString());
    }
    return diff;
  }

  /**
   * Digest of what the diff leaves out: texts, slots, tiers, scores and weights. Not part of the
   * commit hash (the chain's formulas are the contract's); kept beside it so that a caller can
   * prove what was written.
   */
  private String contentSha() {
    ObjectNode content = Jsons.object();
    ArrayNode nodeList = content.putArray("nodes");
    for (PreparedNode node : nodes) {
      nodeList
          .addObject()
          .put("id", node.id.toString())
          .put("tier", node.tier)
          .put("text_summary", node.textSummary)
          .put("slots_sha256", Hashes.sha256Hex(node.slotsJson))
          .put("raw_ref", node.rawRef)
          .put("evidence_ref", node.evidenceRef)
          .put("salience", node.salience)
          .put("importance", node.importance)
          .put("confidence", node.confidence);
    }
    ArrayNode edgeList = content.putArray("edges");
    for (PreparedEdge edge : edges) {
      edgeList
          .addObject()
          .put("id", edge.id().toString())
          .put("weight", edge.weight())
          .put("confidence", edge.confidence())
          .put("decay_rate", edge.decayRate());
    }
    return CanonicalJson.sha256Hex(content);
  }

  boolean hasVectors() {
    return distinctNodes.values().stream().anyMatch(node -> node.embedding != null);
  }

  /** Returns the commit's hash below {@code parentHash}, which is empty without a parent. */
  String commitHash(String parentHash) {
    return CommitHash.ofWrite(
        parentHash,
        new CommitHash.Preimage(inputSha, diffSha, scopeKey, actor),
        modelVersion,
        promptVersion);
  }
}
