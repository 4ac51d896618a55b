package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.util.List;

/** The wish to import a pack, checked against the contract's schema (section 7.2). */
public final class PackImportRequest {
  static final String PACK_VERSION = "aionis_pack_v1";

  final ScopeKey scope;
  final String actor;
  final boolean verifyOnly;
  final boolean autoEmbed;
  final String manifestSha256;

  /** Hash of the pack as sent, unknown keys included, missing arrays as empty ones. */
  final String packSha256;

  final List<PackNode> nodes;
  final List<PackEdge> edges;
  final int commits;

  private PackImportRequest(Fields fields, Settings settings) {
    final String tenantId = fields.optString("tenant_id");
    final String scopeName = fields.optString("scope");
    String ownActor = fields.optString("actor");
    actor = ownActor == null ? "pack_import" : ownActor;
    verifyOnly = fields.bool("verify_only", false);
    autoEmbed = fields.bool("auto_embed", false);
    manifestSha256 = fields.optSha256("manifest_sha256");
    Fields pack = fields.object("pack");
    if (pack == null) {
      fields.throwIfInvalid();
      throw new IllegalStateException("a missing pack is a fault");
    }
    readVersion(pack);
    final String packTenant = pack.string("tenant_id", 1, Integer.MAX_VALUE);
    final String packScope = pack.string("scope", 1, Integer.MAX_VALUE);
    nodes = pack.objects("nodes", PackNode::new);
    edges = pack.objects("edges", PackEdge::new);
    commits = pack.objects("commits", PackImportRequest::readCommit).size();
    fields.throwIfInvalid();
    agree("tenant_id", tenantId, packTenant);
    agree("scope", scopeName, packScope);
    scope = ScopeKey.resolve(packTenant, packScope, settings.defaults());
    packSha256 = CanonicalJson.sha256Hex(complete(pack.source()));
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code
   *     pack_scope_mismatch}, {@code invalid_tenant_id} or {@code invalid_scope}
   */
  public static PackImportRequest read(JsonNode body, Settings settings) {
    return new PackImportRequest(Fields.of(body), settings);
  }

  /** Where the pack belongs. */
  public ScopeKey scope() {
    return scope;
  }

  private static void readVersion(Fields pack) {
    JsonNode version = pack.source().get("version");
    if (version == null || !PACK_VERSION.equals(version.textValue())) {
      pack.reject("version", "Invalid literal value, expected \"" + PACK_VERSION + "\"");
    }
  }

  private static Fields readCommit(Fields commit) {
    commit.uuid("id");
    commit.optNullableUuid("parent_id");
    for (String text :
        List.of("input_sha256", "actor", "model_version", "prompt_version", "commit_hash")) {
      commit.optNullableString(text, 0);
    }
    return commit;
  }

  private static void agree(String field, String own, String ofPack) {
    if (own != null && !TextRules.trim(own).equals(TextRules.trim(ofPack))) {
      throw Faults.bad("pack_scope_mismatch", field + " differs from the pack's", null);
    }
  }

  private static ObjectNode complete(ObjectNode pack) {
    ObjectNode complete = Jsons.object();
    complete.setAll(pack);
    for (String section : List.of("nodes", "edges", "commits")) {
      if (!complete.has(section)) {
        complete.putArray(section);
      }
    }
    return complete;
  }

  /** A node of a pack. Absent values and nulls are the same. */
  static final class PackNode {
    final String id;
    final String clientId;
    private final ObjectNode source;

    private PackNode(Fields node) {
      source = node.source();
      var uuid = node.uuid("id");
      id = uuid == null ? null : uuid.toString();
      clientId = TextRules.trimToNull(node.optNullableString("client_id", 1));
      node.enumeration("type", Graph.NODE_TYPES);
      node.optEnum("tier", Graph.TIERS);
      node.optEnum("memory_lane", Graph.LANES);
      for (String person : List.of("producer_agent_id", "owner_agent_id", "owner_team_id")) {
        node.optNullableString(person, 1);
      }
      for (String text : List.of("title", "text_summary", "raw_ref", "evidence_ref")) {
        node.optNullableString(text, 0);
      }
      node.optObject("slots");
      for (String score : List.of("salience", "importance", "confidence")) {
        node.optNumber(score, 0, 1);
      }
    }

    /** Returns the node as a write takes it. */
    ObjectNode toWrite(String effectiveClientId) {
      ObjectNode node = Jsons.object().put("client_id", effectiveClientId);
      for (String key :
          List.of(
              "type",
              "tier",
              "memory_lane",
              "producer_agent_id",
              "owner_agent_id",
              "owner_team_id",
              "title",
              "text_summary",
              "slots",
              "raw_ref",
              "evidence_ref",
              "salience",
              "importance",
              "confidence")) {
        JsonNode value = source.get(key);
        if (value != null && !value.isNull()) {
          node.set(key, value);
        }
      }
      return node;
    }
  }

  /** An edge of a pack. */
  static final class PackEdge {
    final String id;
    final String srcId;
    final String dstId;
    final String srcClientId;
    final String dstClientId;
    private final ObjectNode source;

    private PackEdge(Fields edge) {
      source = edge.source();
      id = text(edge.uuid("id"));
      edge.enumeration("type", Graph.EDGE_TYPES);
      srcId = text(edge.uuid("src_id"));
      dstId = text(edge.uuid("dst_id"));
      srcClientId = TextRules.trimToNull(edge.optNullableString("src_client_id", 1));
      dstClientId = TextRules.trimToNull(edge.optNullableString("dst_client_id", 1));
      for (String score : List.of("weight", "confidence", "decay_rate")) {
        edge.optNumber(score, 0, 1);
      }
    }

    private static String text(Object id) {
      return id == null ? null : id.toString();
    }

    /** Returns the edge as a write takes it. */
    ObjectNode toWrite(String src, String dst) {
      ObjectNode edge = Jsons.object();
      edge.set("type", source.get("type"));
      edge.putObject("src").put("client_id", src);
      edge.putObject("dst").put("client_id", dst);
      for (String key : List.of("weight", "confidence", "decay_rate")) {
        JsonNode value = source.get(key);
        if (value != null) {
          edge.set(key, value);
        }
      }
      return edge;
    }
  }
}
