package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.StableIds;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindServiceTest {
  private static final String EVENT = StableIds.uuid("proj-a:node:evt-1").toString();
  private static final String TOPIC = StableIds.uuid("proj-a:node:top-1").toString();

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    kit.write(
        """
        {'scope':'proj-a','input_text':'standup','memory_lane':'shared','nodes':[
          {'client_id':'evt-1','type':'event','text_summary':'Deploy 100% failed_at 10:02','slots':{'a':{'b':1},'Z':1,'z':2},'raw_ref':'r'},
          {'client_id':'top-1','type':'topic','title':'Deploys','slots':{'member_count':'12'}}]}
        """);
    kit.write(
        """
        {'scope':'proj-a','input_text':'secrets','nodes':[
          {'client_id':'mine','type':'entity','title':'alice only','owner_agent_id':'alice'},
          {'client_id':'ours','type':'entity','title':'team only','owner_team_id':'t1'},
          {'client_id':'nobody','type':'entity','title':'nobody'}]}
        """);
    kit.execute(
        "update memory_nodes set created_at = '2026-02-24 10:11:12.1234+00' where client_id = 'evt-1'");
    kit.execute(
        "update memory_nodes set created_at = '2026-02-24 10:11:11+00' where client_id = 'top-1'");
  }

  @AfterAll
  void close() {
    server.close();
  }

  private List<String> found(String body) {
    List<String> clientIds = new ArrayList<>();
    kit.find(body).get("nodes").forEach(node -> clientIds.add(node.get("client_id").textValue()));
    return clientIds;
  }

  @Test
  void answerHasAllFiltersTheNodeAndThePage() {
    assertThat(kit.find("{'scope':'proj-a','client_id':' evt-1 '}"))
        .isEqualTo(
            json(
                """
                {'tenant_id':'default','scope':'proj-a','mode':'find',
                 'filters':{'uri':null,'id':null,'client_id':'evt-1','type':null,'title_contains':null,'text_contains':null,
                   'memory_lane':null,'slots_contains':null,'consumer_agent_id':null,'consumer_team_id':null},
                 'nodes':[{'uri':'aionis://default/proj-a/event/%1$s','id':'%1$s','client_id':'evt-1','type':'event',
                   'title':null,'text_summary':'Deploy 100%% failed_at 10:02'}],
                 'page':{'limit':20,'offset':0,'returned':1,'has_more':false}}
                """
                    .formatted(EVENT)));
  }

  @Test
  void metaSlotsAndTopicFieldsAreAddedOnRequest() {
    ObjectNode node =
        (ObjectNode)
            kit.find(
                    "{'scope':'proj-a','id':'"
                        + EVENT
                        + "','include_meta':true,'include_slots':true}")
                .at("/nodes/0");
    node.remove("commit_id");
    assertThat(node.remove("updated_at").textValue())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?\\+00");
    assertThat(node)
        .isEqualTo(
            json(
                """
                {'uri':'aionis://default/proj-a/event/%1$s','id':'%1$s','client_id':'evt-1','type':'event','title':null,
                 'text_summary':'Deploy 100%% failed_at 10:02','slots':{'Z':1,'a':{'b':1},'z':2},'tier':'hot','memory_lane':'shared',
                 'producer_agent_id':null,'owner_agent_id':null,'owner_team_id':null,'embedding_status':'pending',
                 'embedding_model':null,'raw_ref':'r','evidence_ref':null,'created_at':'2026-02-24 10:11:12.1234+00',
                 'last_activated':null,'salience':0.5,'importance':0.5,'confidence':0.5}
                """
                    .formatted(EVENT)));
    assertThat(
            kit.find("{'scope':'proj-a','type':'topic','include_meta':true}")
                .at("/nodes/0/created_at")
                .textValue())
        .isEqualTo("2026-02-24 10:11:11+00");
    assertThat(
            kit.find(
                    "{'scope':'proj-a','id':'"
                        + EVENT
                        + "','include_slots_preview':true,'slots_preview_keys':2}")
                .at("/nodes/0/slots_preview"))
        .hasToString("{\"Z\":1,\"a\":{\"b\":1}}");
    assertThat(kit.find("{'scope':'proj-a','type':'topic'}").at("/nodes/0"))
        .isEqualTo(
            json(
                """
                {'uri':'aionis://default/proj-a/topic/%1$s','id':'%1$s','client_id':'top-1','type':'topic','title':'Deploys',
                 'text_summary':null,'topic_state':'active','member_count':12}
                """
                    .formatted(TOPIC)));
  }

  @Test
  void privateNodesAreSeenByTheirOwnersAlone() {
    String scope = "{'scope':'proj-a','type':'entity'";
    assertThat(found(scope + "}")).isEmpty();
    assertThat(found(scope + ",'consumer_agent_id':' alice '}")).containsExactly("mine");
    assertThat(found(scope + ",'consumer_team_id':'t1'}")).containsExactly("ours");
    assertThat(found(scope + ",'consumer_agent_id':'alice','consumer_team_id':'t1'}"))
        .containsExactlyInAnyOrder("mine", "ours");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'text_contains':'100%'|evt-1",
        "'text_contains':'FAILED_AT'|evt-1",
        "'text_contains':'100_'|",
        "'text_contains':'%'|evt-1",
        "'text_contains':'x%y'|",
        "'title_contains':'deploy'|top-1",
        "'title_contains':'  ','type':'topic'|top-1",
        "'slots_contains':{'a':{'b':1}}|evt-1",
        "'slots_contains':{'a':{'b':2}}|",
        "'memory_lane':'private'|",
        "'client_id':'evt-1','type':'topic'|",
        "'scope':'other'|"
      })
  void filtersAreJoined(String filters, String expected) {
    String scope = filters.contains("'scope'") ? "" : "'scope':'proj-a',";
    List<String> clientIds = found("{" + scope + filters + "}");

    assertThat(clientIds).isEqualTo(expected == null ? List.of() : List.of(expected));
  }

  @Test
  void pagesFollowEachOtherNewestFirst() {
    for (int i = 0; i < 5; i++) {
      kit.write(
          "{'scope':'paged','input_text':'"
              + i
              + "','memory_lane':'shared','nodes':[{'type':'entity','client_id':'p"
              + i
              + "'}]}");
    }

    assertThat(found("{'scope':'paged','limit':2}")).containsExactly("p4", "p3");
    assertThat(kit.find("{'scope':'paged','limit':2}").get("page"))
        .isEqualTo(json("{'limit':2,'offset':0,'returned':2,'has_more':true}"));
    assertThat(found("{'scope':'paged','limit':2,'offset':4}")).containsExactly("p0");
    assertThat(kit.find("{'scope':'paged','limit':2,'offset':4}").get("page"))
        .isEqualTo(json("{'limit':2,'offset':4,'returned':1,'has_more':false}"));
  }

  @Test
  void uriFillsInTenantScopeTypeAndId() {
    String uri = "aionis://default/proj-a/event/" + EVENT;

    JsonNode answer = kit.find("{'uri':' " + uri + "'}");

    assertThat(answer.get("scope").textValue()).isEqualTo("proj-a");
    assertThat(answer.at("/filters/uri").textValue()).isEqualTo(" " + uri);
    assertThat(answer.at("/filters/id").textValue()).isEqualTo(EVENT);
    assertThat(answer.at("/filters/type").textValue()).isEqualTo("event");
    assertThat(answer.get("nodes")).hasSize(1);
  }

  @Test
  void filterThatContradictsTheUriIsRefused() {
    String uri = "'uri':'aionis://acme/proj-a/event/" + EVENT + "'";

    ApiException refusal =
        refusal(() -> kit.find("{" + uri + ",'tenant_id':'default','scope':'x','type':'topic'}"));

    assertThat(refusal.body().get("details"))
        .isEqualTo(json("{'field':'tenant_id','uri_value':'acme','request_value':'default'}"));
    assertThat(refusal.code()).isEqualTo("conflicting_filters");
    assertThat(
            refusal(() -> kit.find("{" + uri + ",'scope':'x','type':'topic'}"))
                .body()
                .at("/details/field")
                .textValue())
        .isEqualTo("scope");
    assertThat(
            refusal(() -> kit.find("{" + uri + ",'type':'topic','id':'" + TOPIC + "'}"))
                .body()
                .at("/details/field")
                .textValue())
        .isEqualTo("type");
    assertThat(refusal(() -> kit.find("{'uri':'aionis://x'}")).code())
        .isEqualTo("invalid_aionis_uri");
  }

  @Test
  void nodeOfAnotherTenantIsNotFound() {
    assertThat(found("{'tenant_id':'acme','scope':'proj-a','id':'" + EVENT + "'}")).isEmpty();
  }

  @Test
  void textThatNoNodeCanHoldIsRefused() {
    assertThat(refusal(() -> kit.find("{'text_contains':'a\\u0000'}")).code())
        .isEqualTo("invalid_text");
    assertThat(refusal(() -> kit.find("{'slots_contains':{'a':'\\u0000'}}")).code())
        .isEqualTo("invalid_text");
    assertThat(found("{'text_contains':'\\ud83d','slots_contains':{'a':1e999}}")).isEmpty();
  }
}
