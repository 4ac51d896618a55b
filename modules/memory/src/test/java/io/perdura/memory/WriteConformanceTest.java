package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract's conformance vectors for writes (section 15), to the byte. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriteConformanceTest {
  private static final String W1 =
      """
      {'scope':'gold','actor':'alice','model_version':'m1','memory_lane':'shared',
       'input_text':'  Call bob@example.com\\n at 415-555-1234  ',
       'nodes':[
         {'client_id':' evt-1 ','type':'event','text_summary':'Met  bob@example.com',
          'slots':{'k':'ip 10.0.0.1','n':[1,{'e':'123-45-6789'}]}},
         {'client_id':'top-1','type':'topic','title':'Bob'},
         {'type':'entity','title':'No client id','slots':{'b':1,'a':2}}],
       'edges':[{'type':'part_of','src':{'client_id':'evt-1'},'dst':{'client_id':'top-1'},'weight':0.8}]}
      """;

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void writeW1GivesTheDocumentedIdsAndHashes() {
    ObjectNode answer = (ObjectNode) kit.write(W1);

    String commitId = answer.remove("commit_id").textValue();
    assertThat(answer)
        .isEqualTo(
            json(
                """
                {'tenant_id':'default','scope':'gold',
                 'commit_hash':'7162c1171a91944de1d9c5e4d4a2fa6c9678379437f9aaef203644a4445b9342',
                 'nodes':[
                   {'id':'09a01768-1984-5499-8315-8542d042138f','client_id':'evt-1','type':'event'},
                   {'id':'f955acb1-9396-5ee7-a7d1-2a10d0bd6b1d','client_id':'top-1','type':'topic'},
                   {'id':'427198f2-0fb3-55d2-9a96-4c41c5f5523a','type':'entity'}],
                 'edges':[{'id':'1addc8be-185c-5373-9425-717307f27c0d','type':'part_of',
                   'src_id':'09a01768-1984-5499-8315-8542d042138f','dst_id':'f955acb1-9396-5ee7-a7d1-2a10d0bd6b1d'}],
                 'embedding_backfill':{'enqueued':true,'pending_nodes':3},
                 'topic_cluster':{'enqueued':true}}
                """));
    JsonNode commit = kit.rows("select * from memory_commits where id = '" + commitId + "'").get(0);
    assertThat(commit.get("input_sha256").textValue())
        .isEqualTo("9b382a193cf47d8a2b7fc9242a944a45a0e3ec31176aa6d66d817ec2478e119a");
    assertThat(commit.get("diff_sha256").textValue())
        .isEqualTo("1651bc0bb9302ed10f97b140e21f08c1ccfd8132a8730fa15a11da2133683e66");
    assertThat(commit.get("diff_json").get("redaction"))
        .isEqualTo(json("{'email':2,'phone':1,'ip':1,'ssn':1}"));
    JsonNode job =
        kit.rows("select * from memory_outbox where commit_id = '" + commitId + "'").get(0);
    assertThat(job.get("payload_sha256").textValue())
        .isEqualTo("441c565a1e5c9fea4e11a86415283b14cebcf572fa6c74c5b0504f5265d0399e");
    assertThat(job.get("job_key").textValue())
        .isEqualTo(
            Hashes.sha256Hex(
                "{\"commit_id\":\""
                    + commitId
                    + "\",\"event_type\":\"embed_nodes\",\"payloadSha\":\"441c565a1e5c9fea4e11a86415283b14cebcf572fa6c74c5b0504f5265d0399e\",\"scope\":\"gold\",\"v\":1}"));
    assertThat(job.get("payload").get("after_topic_cluster_event_ids"))
        .isEqualTo(Jsons.array().add("09a01768-1984-5499-8315-8542d042138f"));
    assertThat(job.get("payload").get("nodes").get(0).get("text").textValue())
        .isEqualTo("Met [EMAIL#5ff860bf]");
  }

  @Test
  void emptyCommitAndItsChildHashAsDocumented() {
    JsonNode root = kit.write("{'scope':'ch','input_text':'root'}");
    JsonNode child =
        kit.write(
            json("{'scope':'ch','input_text':'child','prompt_version':'p'}")
                .put("parent_commit_id", root.get("commit_id").textValue()));

    assertThat(root.get("commit_hash").textValue())
        .isEqualTo("5244b00b839b47e665c15bfae2120a215d4a2521a2476b9a988131a05f76e30d");
    assertThat(child.get("commit_hash").textValue())
        .isEqualTo("ba37ff7161187db38bfdf3d78fe23798f7e7d5e96e6d0188448b60b0245dd425");
  }
}
