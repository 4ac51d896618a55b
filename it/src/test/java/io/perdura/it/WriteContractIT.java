package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** POST /v1/memory/write and /find as the contract's sections 3 and 4 state them. */
class WriteContractIT {
  private final Api api = SharedServer.get().api();
  private final String scope = "write-" + UUID.randomUUID();

  private String body(String rest) {
    return ("{'scope':'" + scope + "'," + rest + "}").replace('\'', '"');
  }

  private Api.Answer write(String rest) {
    return api.post("/v1/memory/write", body(rest));
  }

  @Test
  void theContractsExampleIsAnsweredToTheField() {
    JsonNode answer =
        write(
                "'input_text':'standup notes','memory_lane':'shared','nodes':["
                    + "{'client_id':'evt-1','type':'event','text_summary':'Deploy failed at 10:02'},"
                    + "{'client_id':'top-1','type':'topic','title':'Deploys'}],"
                    + "'edges':[{'type':'part_of','src':{'client_id':'evt-1'},'dst':{'client_id':'top-1'},'weight':0.8}]")
            .ok();

    Wire.assertBody(
        answer,
        "{'tenant_id':'default','scope':'"
            + scope
            + "','commit_id':'<uuid>','commit_hash':'<hash>','nodes':[{'id':'<uuid>','client_id':'evt-1','type':'event'},"
            + "{'id':'<uuid>','client_id':'top-1','type':'topic'}],'edges':[{'id':'<uuid>','type':'part_of','src_id':'<uuid>',"
            + "'dst_id':'<uuid>'}],'embedding_backfill':{'enqueued':true,'pending_nodes':2},'topic_cluster':{'enqueued':true}}");
  }

  @Test
  void conformanceVectorW1IsReproducedToTheByte() {
    String gold =
        """
        {"scope":"gold","actor":"alice","model_version":"m1","memory_lane":"shared",
         "input_text":"  Call bob@example.com\\n at 415-555-1234  ",
         "nodes":[{"client_id":" evt-1 ","type":"event","text_summary":"Met  bob@example.com",
                   "slots":{"k":"ip 10.0.0.1","n":[1,{"e":"123-45-6789"}]}},
                  {"client_id":"top-1","type":"topic","title":"Bob"},
                  {"type":"entity","title":"No client id","slots":{"b":1,"a":2}}],
         "edges":[{"type":"part_of","src":{"client_id":"evt-1"},"dst":{"client_id":"top-1"},"weight":0.8}]}
        """;
    JsonNode answer = api.post("/v1/memory/write", gold).ok();

    assertThat(answer.get("commit_hash").textValue())
        .isEqualTo("7162c1171a91944de1d9c5e4d4a2fa6c9678379437f9aaef203644a4445b9342");
    assertThat(answer.at("/nodes/0/id").textValue())
        .isEqualTo("09a01768-1984-5499-8315-8542d042138f");
    assertThat(answer.at("/nodes/0/client_id").textValue()).isEqualTo("evt-1");
    assertThat(answer.at("/nodes/1/id").textValue())
        .isEqualTo("f955acb1-9396-5ee7-a7d1-2a10d0bd6b1d");
    assertThat(answer.at("/nodes/2/id").textValue())
        .isEqualTo("427198f2-0fb3-55d2-9a96-4c41c5f5523a");
    assertThat(answer.at("/edges/0/id").textValue())
        .isEqualTo("1addc8be-185c-5373-9425-717307f27c0d");

    JsonNode again = api.post("/v1/memory/write", gold).ok();
    assertThat(again.get("commit_id")).isEqualTo(answer.get("commit_id"));
  }

  @Test
  void chainOfTwoCommitsHasTheContractsHashes() {
    JsonNode root = api.post("/v1/memory/write", "{\"scope\":\"ch\",\"input_text\":\"root\"}").ok();
    JsonNode child =
        api.post(
                "/v1/memory/write",
                "{\"scope\":\"ch\",\"input_text\":\"child\",\"prompt_version\":\"p\",\"parent_commit_id\":"
                    + root.get("commit_id")
                    + "}")
            .ok();

    assertThat(root.get("commit_hash").textValue())
        .isEqualTo("5244b00b839b47e665c15bfae2120a215d4a2521a2476b9a988131a05f76e30d");
    assertThat(child.get("commit_hash").textValue())
        .isEqualTo("ba37ff7161187db38bfdf3d78fe23798f7e7d5e96e6d0188448b60b0245dd425");
  }

  @Test
  void schemaFaultsAreAllReportedWithoutAMessageKey() {
    Wire.assertBody(
        write(
                "'nodes':[{'title':''}],'edges':[{'type':'part_of','src':{},'dst':{'client_id':'x'}}]")
            .json(),
        "{'error':'invalid_request','issues':'<any>'}");
    JsonNode issues = write("'nodes':[{'title':7}]").json().get("issues");
    assertThat(issues.toString())
        .isEqualTo(
            "[{\"path\":\"nodes.0.type\",\"message\":\"Required\"},"
                + "{\"path\":\"nodes.0.title\",\"message\":\"Expected string, received number\"}]");
  }

  @Test
  void clientMistakesAreA400WithACodeAndNothingIsStored() {
    String[] mistakes = {
      "'input_text':'x','nodes':[{'type':'event','embedding':[1,2,3]}]",
      "'input_text':'x','edges':[{'type':'part_of','src':{'client_id':'nobody'},'dst':{'client_id':'x'}}]",
      "'input_text':'x','parent_commit_id':'00000000-0000-4000-8000-000000000001'",
      "'input_text':'x','nodes':[{'client_id':'s','type':'event'}],'edges':[{'type':'part_of','src':{'client_id':'s'},'dst':{'client_id':'s'}}]",
      "'input_text':'x','nodes':[{'client_id':'s','id':'00000000-0000-4000-8000-000000000001','type':'event'}]",
      "'input_text':'   ','nodes':[{'type':'event'}]",
      "'input_text':'x','nodes':[{'client_id':'r','type':'rule','memory_lane':'shared','slots':{'rule_scope':'agent'}}]",
      "'input_text':'x','nodes':[{'client_id':'r','type':'rule'}]",
      "'input_text':'x','nodes':[{'client_id':'n','type':'event','title':'a\\u0000b'}]",
      "'input_text':'x','nodes':[{'client_id':'n','type':'event','scope':'tenant:acme::scope:x'}]",
      "'input_text':'x','nodes':[{'client_id':' ','type':'event'}]"
    };
    for (String mistake : mistakes) {
      Api.Answer answer = write(mistake);
      assertThat(answer.status()).as(mistake + " -> " + answer.text()).isEqualTo(400);
      assertThat(answer.json().get("error").textValue()).as(mistake).isNotEqualTo("internal_error");
    }
    assertThat(find("").get("nodes")).isEmpty();
  }

  @Test
  void storedNodeIsFoundWithAllItsFields() {
    write(
            "'input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[{'client_id':'a','type':'event','title':'T',"
                + "'text_summary':'S','slots':{'k':1,'j':'v'},'raw_ref':'r','salience':0.8}]")
        .ok();

    Wire.assertBody(
        find("'client_id':'a','include_meta':true,'include_slots':true"),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','mode':'find','filters':{'uri':null,'id':null,'client_id':'a','type':null,'title_contains':null,"
            + "'text_contains':null,'memory_lane':null,'slots_contains':null,'consumer_agent_id':null,'consumer_team_id':null},"
            + "'nodes':[{'uri':'<text>','id':'<uuid>','client_id':'a','type':'event','title':'T','text_summary':'S',"
            + "'slots':{'k':1,'j':'v'},'tier':'hot','memory_lane':'shared','producer_agent_id':null,'owner_agent_id':null,"
            + "'owner_team_id':null,'embedding_status':'failed','embedding_model':null,'raw_ref':'r','evidence_ref':null,"
            + "'created_at':'<time>','updated_at':'<time>','last_activated':null,'salience':0.8,'importance':0.5,"
            + "'confidence':0.5,'commit_id':'<uuid>'}],'page':{'limit':20,'offset':0,'returned':1,'has_more':false}}");
  }

  @Test
  void privateNodesAreSeenByTheirOwnerOnly() {
    write(
            "'input_text':'x','auto_embed':false,'nodes':[{'client_id':'p','type':'event','owner_agent_id':'me'}]")
        .ok();

    assertThat(find("").get("nodes")).isEmpty();
    assertThat(find("'consumer_agent_id':'you'").get("nodes")).isEmpty();
    assertThat(find("'consumer_agent_id':' me '").get("nodes")).hasSize(1);
  }

  @Test
  void likeWildcardsAreOrdinaryCharacters() {
    write(
            "'input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[{'client_id':'a','type':'event','title':'100% sure'},"
                + "{'client_id':'b','type':'event','title':'100 sure'}]")
        .ok();

    assertThat(find("'title_contains':'0% S'").get("nodes")).hasSize(1);
    assertThat(find("'title_contains':'_'").get("nodes")).isEmpty();
  }

  @Test
  void tenantsDoNotSeeEachOther() {
    api.post(
            "/v1/memory/write",
            body(
                "'input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[{'client_id':'a','type':'event'}]"),
            Map.of("x-tenant-id", "acme"))
        .ok();

    assertThat(find("").get("nodes")).isEmpty();
    JsonNode acme =
        api.post("/v1/memory/find", body("'limit':5"), Map.of("x-tenant-id", "acme")).ok();
    assertThat(acme.get("tenant_id").textValue()).isEqualTo("acme");
    assertThat(acme.get("nodes")).hasSize(1);
    assertThat(acme.at("/nodes/0/uri").textValue())
        .startsWith("aionis://acme/" + scope + "/event/");
  }

  private JsonNode find(String rest) {
    return api.post("/v1/memory/find", body(rest.isEmpty() ? "'limit':20" : rest)).ok();
  }
}
