package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Packs, rehydrate and activate, sections 7 to 9. */
class PacksAndLifecycleContractIT {
  private final Api api = SharedServer.get().api();
  private final String scope = "packs-" + UUID.randomUUID();

  private Api.Answer post(String path, String rest) {
    return api.post(
        "/v1/memory/" + path,
        ("{'scope':'" + scope + "'," + rest + "}").replace('\'', '"'),
        Api.ADMIN);
  }

  private void writeTwo(String tier) {
    post(
            "write",
            "'input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[{'client_id':'a','type':'event','title':'A','tier':'"
                + tier
                + "'},{'client_id':'b','type':'topic','title':'B'}],"
                + "'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'}}]")
        .ok();
  }

  @Test
  void emptyPackHasTheContractsHash() {
    JsonNode answer =
        api.post(
                "/v1/memory/packs/export",
                "{\"max_rows\":1,\"include_nodes\":false,\"include_edges\":false,\"include_commits\":false}",
                Api.ADMIN)
            .ok();

    Wire.assertBody(
        answer,
        "{'tenant_id':'default','scope':'default','manifest':{'version':'aionis_pack_manifest_v1','pack_version':'aionis_pack_v1',"
            + "'sha256':'1cfb6bad9eaeba479e9b76c3fd9dbeb06ae08b0fd4acf9e734bffa7d61f026fc','generated_at':'<iso>',"
            + "'counts':{'nodes':0,'edges':0,'commits':0},'truncated':{'nodes':false,'edges':false,'commits':false},'max_rows':1},"
            + "'pack':{'version':'aionis_pack_v1','tenant_id':'default','scope':'default','nodes':[],'edges':[],'commits':[]}}");
  }

  @Test
  void packGoesRoundWithoutChangingIdentities() {
    writeTwo("hot");
    JsonNode export = post("packs/export", "'max_rows':100").ok();
    ObjectNode body = Jsons.object();
    body.set("pack", export.get("pack"));
    body.set("manifest_sha256", export.at("/manifest/sha256"));

    ObjectNode verify = body.deepCopy().put("verify_only", true);
    Wire.assertBody(
        api.post("/v1/memory/packs/import", Jsons.text(verify), Api.ADMIN).ok(),
        "{'ok':true,'verified':true,'imported':false,'tenant_id':'default','scope':'"
            + scope
            + "','pack_sha256':'<hash>','planned':{'nodes':2,'edges':1,'commits_in_pack':1}}");
    for (int i = 0; i < 2; i++) {
      JsonNode imported = api.post("/v1/memory/packs/import", Jsons.text(body), Api.ADMIN).ok();
      assertThat(imported.get("nodes").intValue()).isEqualTo(2);
      assertThat(imported.get("embedding_backfill").isNull()).isTrue();
    }
    JsonNode found = post("find", "'client_id':'a'").ok().get("nodes");
    assertThat(found).hasSize(1);
    assertThat(found.get(0).get("id")).isEqualTo(findInPack(export));

    body.put("manifest_sha256", "0".repeat(64));
    Api.Answer wrong = api.post("/v1/memory/packs/import", Jsons.text(body), Api.ADMIN);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().get("error").textValue()).isEqualTo("pack_hash_mismatch");
  }

  private static JsonNode findInPack(JsonNode export) {
    for (JsonNode node : export.at("/pack/nodes")) {
      if (node.get("client_id").textValue().equals("a")) {
        return node.get("id");
      }
    }
    throw new AssertionError("not in the pack");
  }

  @Test
  void packsNeedTheAdminToken() {
    Api.Answer refused = api.post("/v1/memory/packs/export", "{}");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.json().get("error").textValue()).isEqualTo("unauthorized_admin");
    assertThat(api.post("/v1/memory/packs/import", "{}", Map.of("x-admin-token", "no")).status())
        .isEqualTo(401);
  }

  @Test
  void archivedNodeMovesUpAndTheRestIsCounted() {
    writeTwo("archive");

    Wire.assertBody(
        post(
                "archive/rehydrate",
                "'client_ids':['a','b','nope'],'node_ids':['00000000-0000-4000-8000-000000000001'],'input_text':'wake'")
            .ok(),
        "{'scope':'"
            + scope
            + "','tenant_id':'default','target_tier':'warm','commit_id':'<uuid>','commit_hash':'<hash>','rehydrated':{"
            + "'requested_node_ids':1,'requested_client_ids':3,'resolved_node_ids':3,'found_nodes':2,'moved_nodes':1,'noop_nodes':1,"
            + "'missing_node_ids':['00000000-0000-4000-8000-000000000001'],'missing_client_ids':['nope'],'moved_ids':['<uuid>'],"
            + "'noop_ids':['<uuid>']}}");
    JsonNode slots =
        post("find", "'client_id':'a','include_slots':true,'include_meta':true")
            .ok()
            .at("/nodes/0");
    assertThat(slots.get("tier").textValue()).isEqualTo("warm");
    assertThat(slots.at("/slots/last_rehydrated_from_tier").textValue()).isEqualTo("archive");
    assertThat(slots.at("/slots/last_rehydrated_reason").isNull()).isTrue();
  }

  @Test
  void activationCountsFeedback() {
    writeTwo("hot");

    Wire.assertBody(
        post("nodes/activate", "'client_ids':['a'],'outcome':'positive','input_text':'good'").ok(),
        "{'scope':'"
            + scope
            + "','tenant_id':'default','commit_id':'<uuid>','commit_hash':'<hash>','activated':{'requested_node_ids':0,"
            + "'requested_client_ids':1,'resolved_node_ids':1,'found_nodes':1,'updated_nodes':1,'missing_node_ids':[],"
            + "'missing_client_ids':[],'updated_ids':['<uuid>'],'outcome':'positive','activate':true}}");
    JsonNode slots = post("find", "'client_id':'a','include_slots':true").ok().at("/nodes/0/slots");
    assertThat(slots.get("feedback_positive").intValue()).isEqualTo(1);
    assertThat(slots.get("feedback_quality").doubleValue()).isEqualTo(0.2);

    Api.Answer none = post("nodes/activate", "'client_ids':['nope'],'input_text':'x'");
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.json().get("error").textValue()).isEqualTo("nodes_activate_no_resolved_nodes");
  }
}
