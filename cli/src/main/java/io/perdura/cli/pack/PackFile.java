package io.perdura.cli.pack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An exported pack: {@code {"manifest", "pack"}} as the service answers it, or the pack alone. */
public final class PackFile {
  private static final String VERSION = "aionis_pack_v1";

  private final ObjectNode pack;
  private final String declaredSha256;
  private final JsonNode truncated;

  private PackFile(ObjectNode pack, String declaredSha256, JsonNode truncated) {
    this.pack = pack;
    this.declaredSha256 = declaredSha256;
    this.truncated = truncated;
  }

  /** Reads the service's answer, or a file made of it. */
  public static PackFile of(JsonNode document) {
    JsonNode pack = document.has("pack") ? document.get("pack") : document;
    if (!(pack instanceof ObjectNode object) || !object.path("nodes").isArray()) {
      throw new Trouble("This is no pack: it has no list of nodes.");
    }
    JsonNode manifest = document.path("manifest");
    return new PackFile(object, manifest.path("sha256").asText(null), manifest.path("truncated"));
  }

  /** The hash that the contract gives to a pack. */
  public String sha256() {
    return CanonicalJson.sha256Hex(pack);
  }

  public int count(String section) {
    return pack.path(section).size();
  }

  public String scope() {
    return pack.path("scope").asText();
  }

  public String tenant() {
    return pack.path("tenant_id").asText();
  }

  /** Whether the hash was recorded when the pack was exported. */
  public boolean hasManifest() {
    return declaredSha256 != null;
  }

  /** Whether rows were left out when it was exported. */
  public boolean isTruncated() {
    return truncated.path("nodes").asBoolean()
        || truncated.path("edges").asBoolean()
        || truncated.path("commits").asBoolean();
  }

  /** What is wrong with it, found without a service; empty when nothing is. */
  public List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (!pack.path("version").asText().equals(VERSION)) {
      faults.add("its version is " + pack.path("version") + ", not " + VERSION);
    }
    if (declaredSha256 != null && !declaredSha256.equals(sha256())) {
      faults.add("its content was changed: the manifest names another hash");
    }
    Set<String> ids = new HashSet<>();
    Set<String> clients = new HashSet<>();
    for (JsonNode node : pack.path("nodes")) {
      if (!ids.add(node.path("id").asText())) {
        faults.add("two nodes have the id " + node.path("id").asText());
      }
      clients.add(node.path("client_id").asText());
    }
    for (JsonNode edge : pack.path("edges")) {
      checkEnd(faults, edge, "src", ids, clients);
      checkEnd(faults, edge, "dst", ids, clients);
    }
    return faults;
  }

  private static void checkEnd(
      List<String> faults, JsonNode edge, String end, Set<String> ids, Set<String> clients) {
    String client = edge.path(end + "_client_id").asText("");
    boolean named = edge.hasNonNull(end + "_client_id");
    if (!(named ? clients.contains(client) : ids.contains(edge.path(end + "_id").asText()))) {
      faults.add("edge " + edge.path("id").asText() + " points at a node outside the pack");
    }
  }

  /** The same memory for another scope. */
  public PackFile into(String scope) {
    ObjectNode moved = pack.deepCopy().put("scope", scope);
    return new PackFile(moved, CanonicalJson.sha256Hex(moved), truncated);
  }

  /** The same memory for another tenant. */
  public PackFile ofTenant(String tenant) {
    ObjectNode moved = pack.deepCopy().put("tenant_id", tenant);
    return new PackFile(moved, CanonicalJson.sha256Hex(moved), truncated);
  }

  /** The request that imports it; the service compares the hash once more. */
  public ObjectNode importing(boolean verifyOnly) {
    ObjectNode body = Jsons.object().put("tenant_id", tenant()).put("scope", scope());
    body.put("verify_only", verifyOnly);
    body.put("manifest_sha256", declaredSha256 == null ? sha256() : declaredSha256);
    body.set("pack", pack);
    return body;
  }
}
