package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Exports a scope as one JSON document and imports it again (contract, section 7). */
@ApplicationScoped
public class PackService {
  private final Database database;
  private final WriteService writes;
  private final Settings settings;
  private final Clock clock;

  @Inject
  PackService(Database database, WriteService writes, Settings settings, Clock clock) {
    this.database = database;
    this.writes = writes;
    this.settings = settings;
    this.clock = clock;
  }

  protected PackService() {
    this(null, null, null, null);
  }

  /** A service without container, for tests and tools. */
  public static PackService of(
      Database database, WriteService writes, Settings settings, Clock clock) {
    return new PackService(database, writes, settings, clock);
  }

  /**
   * Returns manifest and pack of a scope: every lane, tier and owner, no vectors. All sections are
   * read at one instant, so that no edge of an untruncated pack lacks its nodes.
   */
  public JsonNode export(PackExportRequest request) {
    PackStore.Pack pack = database.transaction("export pack", tx -> PackStore.read(tx, request));
    ObjectNode document =
        Jsons.object()
            .put("version", PackImportRequest.PACK_VERSION)
            .put("tenant_id", request.scope.tenant().value())
            .put("scope", request.scope.scope());
    document.set("nodes", pack.nodes());
    document.set("edges", pack.edges());
    document.set("commits", pack.commits());
    ObjectNode manifest =
        Jsons.object()
            .put("version", "aionis_pack_manifest_v1")
            .put("pack_version", PackImportRequest.PACK_VERSION)
            .put("sha256", CanonicalJson.sha256Hex(document))
            .put("generated_at", Timestamps.iso(clock.instant()));
    manifest
        .putObject("counts")
        .put("nodes", pack.nodes().size())
        .put("edges", pack.edges().size())
        .put("commits", pack.commits().size());
    manifest
        .putObject("truncated")
        .put("nodes", pack.moreNodes())
        .put("edges", pack.moreEdges())
        .put("commits", pack.moreCommits());
    manifest.put("max_rows", request.maxRows);
    ObjectNode answer =
        Jsons.object()
            .put("tenant_id", request.scope.tenant().value())
            .put("scope", request.scope.scope());
    answer.set("manifest", manifest);
    answer.set("pack", document);
    return answer;
  }

  /**
   * Checks a pack and, unless only that was asked for, writes its nodes and edges as one commit.
   * The same pack gives the same commit.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code pack_hash_mismatch}, {@code
   *     pack_edge_reference_missing}, and whatever a write refuses
   */
  public Once.Answer importPack(PackImportRequest request, Once once) {
    if (request.manifestSha256 != null && !request.manifestSha256.equals(request.packSha256)) {
      throw Faults.bad(
          "pack_hash_mismatch",
          "the pack is not the one that the manifest describes",
          Jsons.object().put("expected", request.manifestSha256).put("actual", request.packSha256));
    }
    ObjectNode body = toWrite(request);
    if (request.verifyOnly) {
      return new Once.Answer(planned(request), false);
    }
    return writes.execute(
        WriteRequest.read(body, settings), once, result -> imported(request, result));
  }

  private static ObjectNode planned(PackImportRequest request) {
    ObjectNode answer = head(request, false);
    answer
        .putObject("planned")
        .put("nodes", request.nodes.size())
        .put("edges", request.edges.size())
        .put("commits_in_pack", request.commits);
    return answer;
  }

  private static ObjectNode imported(PackImportRequest request, WriteResult result) {
    ObjectNode answer =
        head(request, true)
            .put("commit_id", result.commitId().toString())
            .put("commit_hash", result.commitHash())
            .put("nodes", request.nodes.size())
            .put("edges", request.edges.size());
    answer.set("embedding_backfill", result.embeddingBackfill());
    return answer;
  }

  private static ObjectNode head(PackImportRequest request, boolean imported) {
    return Jsons.object()
        .put("ok", true)
        .put("verified", true)
        .put("imported", imported)
        .put("tenant_id", request.scope.tenant().value())
        .put("scope", request.scope.scope())
        .put("pack_sha256", request.packSha256);
  }

  private static ObjectNode toWrite(PackImportRequest request) {
    ObjectNode body =
        Jsons.object()
            .put("tenant_id", request.scope.tenant().value())
            .put("scope", request.scope.scope())
            .put("actor", request.actor)
            .put("input_text", "pack import " + request.packSha256)
            .put("auto_embed", request.autoEmbed);
    ArrayNode nodes = body.putArray("nodes");
    Map<String, String> clientIds = new HashMap<>();
    String prefix = "pack:" + request.packSha256.substring(0, 16) + ":node:";
    for (PackImportRequest.PackNode node : request.nodes) {
      String clientId = node.clientId == null ? prefix + node.id : node.clientId;
      clientIds.put(node.id, clientId);
      nodes.add(node.toWrite(clientId));
    }
    Set<String> known = new HashSet<>(clientIds.values());
    ArrayNode edges = body.putArray("edges");
    for (PackImportRequest.PackEdge edge : request.edges) {
      String src = edge.srcClientId == null ? clientIds.get(edge.srcId) : edge.srcClientId;
      String dst = edge.dstClientId == null ? clientIds.get(edge.dstId) : edge.dstClientId;
      if (src == null || dst == null || !known.contains(src) || !known.contains(dst)) {
        throw Faults.bad(
            "pack_edge_reference_missing",
            "an edge of the pack names a node that the pack does not hold (truncated export?)",
            Jsons.object()
                .put("edge_id", edge.id)
                .put("src_id", edge.srcId)
                .put("dst_id", edge.dstId));
      }
      edges.add(edge.toWrite(src, dst));
    }
    return body;
  }
}
