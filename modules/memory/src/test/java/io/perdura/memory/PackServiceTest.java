package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PackServiceTest {
  private TestDatabase server;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private void seed() {
    kit.write(
        """
        {'scope':'s','input_text':'x','memory_lane':'shared','nodes':[
          {'client_id':'a','type':'event','text_summary':'met','slots':{'k':0.1,'n':[1,2.50]},'salience':0.8},
          {'type':'topic','title':'no client id','tier':'archive'}]}
        """);
    String topic = kit.value("select id from memory_nodes where type = 'topic'");
    kit.write(
        "{'scope':'s','input_text':'y','nodes':[{'client_id':'a','type':'event'}],'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'id':'"
            + topic
            + "'},'weight':0.3}]}");
  }

  @Test
  void emptyScopeGivesTheDocumentedPack() {
    assertThat(kit.exportPack("{'max_rows':1}"))
        .isEqualTo(
            json(
                """
                {'tenant_id':'default','scope':'default',
                 'manifest':{'version':'aionis_pack_manifest_v1','pack_version':'aionis_pack_v1',
                   'sha256':'1cfb6bad9eaeba479e9b76c3fd9dbeb06ae08b0fd4acf9e734bffa7d61f026fc','generated_at':'2026-02-24T10:00:00.123Z',
                   'counts':{'nodes':0,'edges':0,'commits':0},'truncated':{'nodes':false,'edges':false,'commits':false},'max_rows':1},
                 'pack':{'version':'aionis_pack_v1','tenant_id':'default','scope':'default','nodes':[],'edges':[],'commits':[]}}
                """));
    assertThat(
            kit.packs
                .export(PackExportRequest.read(null, kit.settings))
                .at("/manifest/max_rows")
                .intValue())
        .isEqualTo(5000);
  }

  @Test
  void rowsCarryExactlyTheDocumentedKeys() {
    seed();
    JsonNode full = kit.exportPack("{'scope':'s'}").get("pack");
    JsonNode plain = kit.exportPack("{'scope':'s','include_meta':false}").get("pack");

    assertThat(keys(full.at("/nodes/0")))
        .containsExactly(
            "id",
            "client_id",
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
            "confidence",
            "created_at",
            "updated_at",
            "commit_id");
    assertThat(keys(full.at("/edges/0")))
        .containsExactly(
            "id",
            "type",
            "src_id",
            "dst_id",
            "src_client_id",
            "dst_client_id",
            "weight",
            "confidence",
            "decay_rate",
            "created_at",
            "commit_id");
    assertThat(keys(full.at("/commits/0")))
        .containsExactly(
            "id",
            "parent_id",
            "input_sha256",
            "actor",
            "model_version",
            "prompt_version",
            "created_at",
            "commit_hash");
    assertThat(keys(plain.at("/nodes/0")))
        .containsExactly("id", "client_id", "type", "title", "text_summary", "slots");
    assertThat(keys(plain.at("/edges/0")))
        .containsExactly(
            "id",
            "type",
            "src_id",
            "dst_id",
            "src_client_id",
            "dst_client_id",
            "weight",
            "confidence");
    assertThat(keys(plain.at("/commits/0"))).containsExactly("id", "parent_id", "commit_hash");
    assertThat(full.at("/edges/0/weight")).hasToString("0.3");
    assertThat(full.get("nodes")).hasSize(2);
    assertThat(
            kit.exportPack(
                    "{'scope':'s','include_nodes':false,'include_edges':false,'include_commits':false}")
                .at("/manifest/counts"))
        .isEqualTo(json("{'nodes':0,'edges':0,'commits':0}"));
  }

  @Test
  void truncatedSectionsAreMarked() {
    seed();

    JsonNode manifest = kit.exportPack("{'scope':'s','max_rows':1}").get("manifest");

    assertThat(manifest.get("counts")).isEqualTo(json("{'nodes':1,'edges':1,'commits':1}"));
    assertThat(manifest.get("truncated"))
        .isEqualTo(json("{'nodes':true,'edges':false,'commits':true}"));
  }

  @Test
  void packThatWentThroughAnotherJsonLibraryStillVerifies() {
    seed();
    JsonNode exported = kit.exportPack("{'scope':'s'}");
    ObjectNode request = Jsons.object().put("verify_only", true);
    request.set("manifest_sha256", exported.at("/manifest/sha256"));
    request.set("pack", Jsons.stored(CanonicalJson.write(exported.get("pack"))));

    assertThat(kit.importPack(request))
        .isEqualTo(
            json("{'ok':true,'verified':true,'imported':false,'tenant_id':'default','scope':'s'}")
                .<ObjectNode>setAll(
                    Jsons.object()
                        .put("pack_sha256", exported.at("/manifest/sha256").textValue())
                        .<ObjectNode>set(
                            "planned", json("{'nodes':2,'edges':1,'commits_in_pack':2}"))));
  }

  @Test
  void roundTripKeepsNodesWithClientIdAndGivesTheOthersANewOne() {
    seed();
    JsonNode exported = kit.exportPack("{'scope':'s'}");
    ObjectNode request = Jsons.object();
    request.set("pack", exported.get("pack"));

    ObjectNode first = (ObjectNode) kit.importPack(request).deepCopy();
    JsonNode second = kit.importPack(request);

    assertThat(second).isEqualTo(first);
    first.remove("commit_id");
    first.remove("commit_hash");
    assertThat(first)
        .isEqualTo(
            json(
                "{'ok':true,'verified':true,'imported':true,'tenant_id':'default','scope':'s','pack_sha256':'"
                    + exported.at("/manifest/sha256").textValue()
                    + "','nodes':2,'edges':1,'embedding_backfill':null}"));
    assertThat(kit.find("{'scope':'s','client_id':'a'}").get("nodes")).hasSize(1);
    String prefix =
        "pack:" + exported.at("/manifest/sha256").textValue().substring(0, 16) + ":node:";
    assertThat(
            kit.value(
                "select count(*) from memory_nodes where client_id like '"
                    + prefix
                    + "%' and tier = 'archive'"))
        .isEqualTo("1");
    assertThat(kit.count("memory_edges")).isEqualTo(2);
  }

  @Test
  void packOfAnotherHashOrScopeIsRefused() {
    ObjectNode request = Jsons.object().put("manifest_sha256", "0".repeat(64));
    request.set("pack", kit.exportPack("{}").get("pack"));

    assertThat(refusal(() -> kit.importPack(request)).body().get("details"))
        .isEqualTo(
            json(
                "{'expected':'"
                    + "0".repeat(64)
                    + "','actual':'1cfb6bad9eaeba479e9b76c3fd9dbeb06ae08b0fd4acf9e734bffa7d61f026fc'}"));
    request.put("scope", "other");
    assertThat(refusal(() -> kit.importPack(request)).code()).isEqualTo("pack_scope_mismatch");
  }

  @Test
  void edgeToANodeOutsideThePackIsRefused() {
    String pack =
        "{'pack':{'version':'aionis_pack_v1','tenant_id':'default','scope':'s','nodes':[{'id':'00000000-0000-0000-0000-000000000001','type':'topic'}],"
            + "'edges':[{'id':'00000000-0000-0000-0000-000000000009','type':'part_of','src_id':'00000000-0000-0000-0000-000000000001',"
            + "'dst_id':'00000000-0000-0000-0000-000000000002'@}]}}";

    for (String client : List.of("", ",'dst_client_id':'elsewhere'")) {
      var refusal = refusal(() -> kit.importPack(json(pack.replace("@", client))));
      assertThat(refusal.code()).isEqualTo("pack_edge_reference_missing");
      assertThat(refusal.body().get("details"))
          .isEqualTo(
              json(
                  "{'edge_id':'00000000-0000-0000-0000-000000000009','src_id':'00000000-0000-0000-0000-000000000001','dst_id':'00000000-0000-0000-0000-000000000002'}"));
    }
    assertThat(kit.count("memory_commits")).isZero();
  }

  @Test
  void brokenPackIsRefusedWithItsPaths() {
    assertThat(refusal(() -> kit.importPack(json("{}"))).body())
        .isEqualTo(
            json("{'error':'invalid_request','issues':[{'path':'pack','message':'Required'}]}"));
    JsonNode issues =
        refusal(() ->
                kit.importPack(
                    json(
                        "{'pack':{'version':'2','tenant_id':'','nodes':[{'id':'x'}],'commits':[{}]}}")))
            .body()
            .get("issues");
    assertThat(issues.findValuesAsText("path"))
        .containsExactly(
            "pack.version",
            "pack.tenant_id",
            "pack.scope",
            "pack.nodes.0.id",
            "pack.nodes.0.type",
            "pack.commits.0.id");
    assertThat(issues.at("/0/message").textValue())
        .isEqualTo("Invalid literal value, expected \"aionis_pack_v1\"");
    assertThat(
            refusal(() ->
                    kit.importPack(
                        json(
                            "{'pack':{'version':'aionis_pack_v1','tenant_id':'default','scope':'s','nodes':[{'id':'00000000-0000-0000-0000-000000000001','type':'topic','title':''}]}}")))
                .body()
                .at("/issues/0/path")
                .textValue())
        .isEqualTo("nodes.0.title");
  }
}
