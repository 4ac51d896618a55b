package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.StableIds;
import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Client mistakes are answered 4xx with a code of their own, and leave nothing behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriteFaultsTest {
  private static final String NODES =
      "'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'t'},{'type':'topic','client_id':'b'}]";

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    kit.write("{'scope':'other','input_text':'x','nodes':[{'type':'topic','client_id':'there'}]}");
    kit.write(
        "{'scope':'keep','input_text':'x','nodes':[{'type':'topic','client_id':'p'},{'type':'topic','client_id':'q'}],"
            + "'edges':[{'id':'00000000-0000-4000-8000-00000000000e','type':'related_to','src':{'client_id':'p'},'dst':{'client_id':'q'}}]}");
  }

  @AfterAll
  void close() {
    server.close();
  }

  @AfterEach
  void nothingWasStored() {
    assertThat(
            kit.value("select count(*) from memory_commits where scope not in ('other', 'keep')"))
        .isEqualTo("0");
    assertThat(kit.value("select count(*) from memory_nodes where scope not in ('other', 'keep')"))
        .isEqualTo("0");
    assertThat(kit.count("memory_edges")).isEqualTo(1);
  }

  private ApiException refusal(String body) {
    return refusal(json(body));
  }

  private ApiException refusal(JsonNode body) {
    ApiException refusal = catchThrowableOfType(ApiException.class, () -> kit.write(body));
    assertThat(refusal).as(body.toString()).isNotNull();
    return refusal;
  }

  private static void expect(ApiException refusal, int status, String body) {
    assertThat(refusal.status()).isEqualTo(status);
    ObjectNode actual = refusal.body();
    actual.remove("message");
    assertThat(actual).isEqualTo(json(body));
  }

  @Test
  void everyBrokenFieldIsListedInOrder() {
    ApiException refusal =
        refusal(
            """
            {'scope':'','actor':1,'parent_commit_id':'x','input_sha256':'AB','auto_embed':'yes','memory_lane':'open',
             'nodes':[{'id':'1','tier':'warmish','embedding':[1,'2'],'salience':1.5,'slots':[]},7],
             'edges':[{'type':'knows','src':{},'weight':-1}]}
            """);

    assertThat(refusal.body())
        .isEqualTo(
            Jsons.stored(
                """
                {"error":"invalid_request","issues":[
                 {"path":"scope","message":"String must contain at least 1 character(s)"},
                 {"path":"actor","message":"Expected string, received number"},
                 {"path":"parent_commit_id","message":"Invalid uuid"},
                 {"path":"input_sha256","message":"Invalid"},
                 {"path":"auto_embed","message":"Expected boolean, received string"},
                 {"path":"memory_lane","message":"Invalid enum value. Expected 'private' | 'shared', received 'open'"},
                 {"path":"nodes.0.type","message":"Required"},
                 {"path":"nodes.0.id","message":"Invalid uuid"},
                 {"path":"nodes.0.tier","message":"Invalid enum value. Expected 'hot' | 'warm' | 'cold' | 'archive', received 'warmish'"},
                 {"path":"nodes.0.slots","message":"Expected object, received array"},
                 {"path":"nodes.0.embedding.1","message":"Expected number, received string"},
                 {"path":"nodes.0.salience","message":"Number must be less than or equal to 1"},
                 {"path":"nodes.1","message":"Expected object, received number"},
                 {"path":"edges.0.type","message":"Invalid enum value. Expected 'part_of' | 'related_to' | 'derived_from', received 'knows'"},
                 {"path":"edges.0.dst","message":"Required"},
                 {"path":"edges.0.weight","message":"Number must be greater than or equal to 0"}]}
                """));
  }

  @Test
  void inputIsRequiredAndEdgesNeedEnds() {
    expect(
        refusal("{}"),
        400,
        "{'error':'invalid_request','issues':[{'path':'','message':'must set input_text or input_sha256'}]}");
    expect(
        refusal("{'input_text':'x','edges':[{'type':'part_of','src':{},'dst':{'client_id':'a'}}]}"),
        400,
        "{'error':'invalid_request','issues':[{'path':'edges.0.src','message':'src must set id or client_id'}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'input_text':'  '|blank_input_text",
        "'input_text':'x','nodes':[{'type':'event','client_id':' '}]|blank_client_id",
        "'input_text':'x','tenant_id':'a b'|invalid_tenant_id",
        "'input_text':'x','scope':' '|invalid_scope",
        "'input_text':'x','scope':'tenant:acme::scope:s'|invalid_scope",
        "'input_text':'x','nodes':[{'type':'event','scope':'tenant:acme::scope:s'}]|invalid_scope",
        "'input_text':'x','nodes':[{'type':'event','client_id':'a','id':'00000000-0000-0000-0000-000000000000'}]|node_id_mismatch",
        "'input_text':'x','nodes':[{'type':'event','embedding':[1,2,3]}]|invalid_embedding_dimension",
        "'input_text':'x','nodes':[{'type':'event','embedding':[]}]|invalid_embedding_dimension",
        "'input_text':'x','nodes':[{'type':'event','embedding':[1,2,3,1e39]}]|invalid_embedding_value",
        "'input_text':'x','nodes':[{'type':'event','embedding':[1,2,3,1e999]}]|invalid_embedding_value",
        "'input_text':'x','nodes':[{'type':'rule','client_id':'r'}]|invalid_private_rule_owner",
        "'input_text':'x','memory_lane':'shared','nodes':[{'type':'rule','slots':{'rule_scope':'agent'}}]|invalid_rule_scope_target",
        "'input_text':'x','memory_lane':'shared','nodes':[{'type':'rule','slots':{'rule_scope':'team','target_team_id':' '}}]|invalid_rule_scope_target",
        "'input_text':'a\\u0000b'|invalid_text",
        "'input_text':'x','nodes':[{'type':'event','slots':{'k':{'a\\u0000':1}}}]|invalid_text",
        "'input_text':'x','nodes':[{'type':'event','slots':{'k':['\\\\\\u0000']}}]|invalid_text",
        "'input_text':'x','nodes':[{'type':'event','client_id':'a\\u0000'}]|invalid_text",
        "'input_text':'x','nodes':[{'type':'event','raw_ref':'\\u0000'}]|invalid_text",
        "'input_text':'x','actor':'\\u0000'|invalid_text",
        "'input_text':'x','parent_commit_id':'00000000-0000-0000-0000-000000000000'|unknown_parent_commit"
      })
  void mistakesHaveCodesOfTheirOwn(String fields, String code) {
    ApiException refusal = refusal("{" + fields + "}");

    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'zz'}}|unknown_client_id",
        "{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':' a '}}|self_loop_edge",
        "{'type':'part_of','src':{'client_id':'a'},'dst':{'id':'00000000-0000-0000-0000-000000000000'}}|unknown_edge_endpoint",
        "{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'scope':'elsewhere'}|cross_scope_edge",
        "{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'id':'00000000-0000-4000-8000-00000000000e'}|edge_id_conflict"
      })
  void brokenEdgesHaveCodesOfTheirOwn(String edge, String code) {
    assertThat(refusal("{" + NODES + ",'edges':[" + edge + "]}").code()).isEqualTo(code);
  }

  @Test
  void storedNodeOfAnotherScopeIsNoEndUnlessThatIsAllowed() {
    String there = StableIds.uuid("other:node:there").toString();
    String body =
        "{"
            + NODES
            + ",'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'id':'"
            + there
            + "'}}]}";

    assertThat(refusal(body).code()).isEqualTo("cross_scope_edge");
    ObjectNode foreign = json(body).put("tenant_id", "acme");
    assertThat(refusal(foreign).code()).isEqualTo("unknown_edge_endpoint");
    MemoryKit open = new MemoryKit(server.dataSource(), "ALLOW_CROSS_SCOPE_EDGES", "true");
    ApiException stillForeign = catchThrowableOfType(ApiException.class, () -> open.write(foreign));
    assertThat(stillForeign.code()).isEqualTo("unknown_edge_endpoint");
  }

  @Test
  void idOfANodeInAnotherScopeIsRefused() {
    String there = StableIds.uuid("other:node:there").toString();

    expect(
        refusal("{'input_text':'x','nodes':[{'type':'topic','id':'" + there + "'}]}"),
        400,
        "{'error':'node_scope_conflict','details':{'node_id':'" + there + "'}}");
  }

  @Test
  void sameIdInTwoScopesOfOneRequestIsRefused() {
    String id = "00000000-0000-4000-8000-0000000000aa";

    assertThat(
            refusal(
                    "{'input_text':'x','nodes':[{'type':'topic','id':'"
                        + id
                        + "'},{'type':'topic','id':'"
                        + id
                        + "','scope':'s2'}]}")
                .code())
        .isEqualTo("node_scope_conflict");
  }

  @Test
  void parentOfAnotherScopeIsUnknown() {
    String other = kit.value("select id from memory_commits where scope = 'other'");

    expect(
        refusal(json("{'input_text':'x'}").put("parent_commit_id", other)),
        400,
        "{'error':'unknown_parent_commit','details':{'parent_commit_id':'" + other + "'}}");
  }

  @Test
  void privateRuleDetailsNameTheNode() {
    expect(
        refusal("{'input_text':'x','nodes':[{'type':'rule','client_id':'r'}]}"),
        400,
        "{'error':'invalid_private_rule_owner','details':{'node_id':'"
            + StableIds.uuid("default:node:r")
            + "','client_id':'r','memory_lane':'private','type':'rule'}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer_agent_id", "owner_agent_id", "owner_team_id"})
  void nodeThatNamesSomebodyElseIsRefused(String field) {
    WriteRequest request =
        WriteRequest.read(
            json(
                "{'input_text':'x','nodes':[{'type':'event'},{'type':'event','"
                    + field
                    + "':'eve'}]}"),
            kit.settings);

    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> kit.writes.write(request.by(new WriteIdentity("alice", "team-a")), Once.UNKEYED));

    expect(
        refusal,
        403,
        "{'error':'identity_mismatch','details':{'field':'nodes.1."
            + field
            + "','provided':'eve','expected':'"
            + (field.equals("owner_team_id") ? "team-a" : "alice")
            + "'}}");
  }

  @Test
  void textOfAnyLengthIsStoredOrRefusedAndNeverFails() {
    String random =
        new java.util.Random(1)
            .ints(400_000, 'a', 'z')
            .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
            .toString();
    ObjectNode scope = json("{'input_text':'x'}").put("scope", random);
    assertThat(refusal(scope).code()).isEqualTo("invalid_scope");

    ObjectNode body = json("{'scope':'keep','input_text':'long'}");
    body.putArray("nodes")
        .addObject()
        .put("type", "entity")
        .put("client_id", random)
        .put("raw_ref", random);
    assertThat(kit.write(body).get("nodes")).hasSize(1);
  }
}
