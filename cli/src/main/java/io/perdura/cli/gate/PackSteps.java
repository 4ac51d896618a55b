package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.pack.PackFile;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;

/**
 * A pack goes round: written, exported, verified, imported twice where it came from without
 * doubling anything, and restored into an empty scope with its edges.
 */
final class PackSteps {
  private final GateRun run;
  private final ProbeScopes scopes;
  private final int maxRows;

  PackSteps(GateRun run, ProbeScopes scopes, int maxRows) {
    this.run = run;
    this.scopes = scopes;
    this.maxRows = maxRows;
  }

  Step roundTrip() {
    return Step.blocking("pack_roundtrip", this::look);
  }

  private Outcome look() {
    ObjectNode output = Jsons.object();
    try {
      goRound(output);
      return Outcome.pass(output);
    } catch (Miss miss) {
      return Outcome.fail(output, "pack_roundtrip_failed: " + miss.getMessage());
    }
  }

  private void goRound(ObjectNode output) throws Miss {
    String source = scopes.make("pack");
    String target = scopes.make("pack-restored");
    String client = "pack-" + run.runId;
    JsonNode written =
        ok(output, "write", run.client.patiently("/v1/memory/write", seed(source, client), false));
    expect(
        written.path("nodes").size() == 2,
        "the write made " + written.path("nodes").size() + " nodes");
    JsonNode original = single(output, "seed", source, client);

    JsonNode export =
        ok(
            output,
            "export",
            run.client.post("/v1/memory/packs/export", run.about(source).put("max_rows", maxRows)));
    JsonNode counts = export.path("manifest").path("counts");
    String sha256 = export.path("manifest").path("sha256").asText();
    output.put("pack_sha256", sha256).set("counts", counts);
    expect(
        counts.path("nodes").asInt() == 2,
        "the pack has " + counts.path("nodes") + " nodes, not 2");
    expect(
        counts.path("edges").asInt() == 1,
        "the pack has " + counts.path("edges") + " edges, not 1");
    PackFile pack = PackFile.of(export);
    expect(pack.faults().isEmpty(), String.join("; ", pack.faults()));

    JsonNode verified =
        ok(output, "verify", run.client.post("/v1/memory/packs/import", pack.importing(true)));
    expect(verified.path("verified").asBoolean(), "verify_only did not verify");
    ObjectNode edited = pack.importing(true).put("manifest_sha256", "0".repeat(64));
    Reply refused = run.client.post("/v1/memory/packs/import", edited);
    output.set("edited", refused.document());
    expect(
        refused.error().equals("pack_hash_mismatch"),
        "a wrong hash was answered with " + refused.complaint());

    for (String time : new String[] {"import", "import_again"}) {
      JsonNode imported =
          ok(output, time, run.client.post("/v1/memory/packs/import", pack.importing(false)));
      expect(imported.path("imported").asBoolean(), time + " did not import");
    }
    JsonNode found = single(output, "after_import", source, client);
    expect(found.path("id").equals(original.path("id")), "the node's id changed");

    PackFile moved = pack.into(target);
    JsonNode restored =
        ok(output, "restore", run.client.post("/v1/memory/packs/import", moved.importing(false)));
    expect(restored.path("imported").asBoolean(), "the empty scope took nothing in");
    JsonNode copy = single(output, "restored", target, client);
    expect(
        copy.path("text_summary").equals(original.path("text_summary")),
        "the restored text differs");
    JsonNode again =
        ok(
            output,
            "export_restored",
            run.client.post("/v1/memory/packs/export", run.about(target).put("max_rows", maxRows)));
    JsonNode restoredCounts = again.path("manifest").path("counts");
    expect(
        restoredCounts.path("nodes").asInt() == 2 && restoredCounts.path("edges").asInt() == 1,
        "restored are "
            + restoredCounts.path("nodes")
            + " nodes and "
            + restoredCounts.path("edges")
            + " edges");
    ObjectNode identity = output.putObject("identity_check");
    identity.set("seed_node_id", original.path("id"));
    identity.set("found_node_id", found.path("id"));
    identity.put("singleton_by_client_id", true);
  }

  private ObjectNode seed(String scope, String client) {
    ObjectNode body =
        run.about(scope).put("input_text", "pack round trip").put("memory_lane", "shared");
    body.put("auto_embed", false).put("trigger_topic_cluster", false);
    body.putArray("nodes")
        .add(
            Jsons.object()
                .put("client_id", client)
                .put("type", "event")
                .put("text_summary", "What goes into a pack comes out of it."))
        .add(
            Jsons.object()
                .put("client_id", client + "-topic")
                .put("type", "topic")
                .put("title", "Packs"));
    ObjectNode edge = body.putArray("edges").addObject().put("type", "part_of");
    edge.putObject("src").put("client_id", client);
    edge.putObject("dst").put("client_id", client + "-topic");
    return body;
  }

  private JsonNode single(ObjectNode output, String name, String scope, String client) throws Miss {
    ObjectNode question = run.about(scope).put("client_id", client);
    JsonNode nodes =
        ok(output, name, run.client.patiently("/v1/memory/find", question, true)).path("nodes");
    expect(
        nodes.size() == 1, nodes.size() + " nodes have the client id " + client + " in " + scope);
    return nodes.get(0);
  }

  private static JsonNode ok(ObjectNode output, String name, Reply reply) throws Miss {
    output.set(name, reply.document());
    expect(reply.isOk(), name + " was answered with " + reply.complaint());
    return reply.json();
  }

  private static void expect(boolean truth, String otherwise) throws Miss {
    if (!truth) {
      throw new Miss(otherwise);
    }
  }

  /** Something was not as it should be. */
  private static final class Miss extends Exception {
    private static final long serialVersionUID = 1L;

    Miss(String message) {
      super(message);
    }
  }
}
