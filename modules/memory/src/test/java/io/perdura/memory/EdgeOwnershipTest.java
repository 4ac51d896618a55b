package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Once;
import io.perdura.kernel.StableIds;
import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An edge changes how both of its ends are recalled, so a caller must be able to see them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeOwnershipTest {
  private static final WriteIdentity ALICE = new WriteIdentity("alice", "red");
  private static final WriteIdentity BOB = new WriteIdentity("bob", "blue");

  private final String mine = StableIds.uuid("s:node:mine").toString();
  private final String shared = StableIds.uuid("s:node:shared").toString();
  private final String nobodys = StableIds.uuid("s:node:nobodys").toString();

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    kit.write(
        "{'scope':'s','input_text':'x','nodes':["
            + "{'type':'event','client_id':'mine','owner_agent_id':'alice'},"
            + "{'type':'event','client_id':'red','owner_team_id':'red'},"
            + "{'type':'event','client_id':'nobodys'},"
            + "{'type':'event','client_id':'shared','memory_lane':'shared'}],"
            + "'edges':[{'type':'related_to','src':{'client_id':'mine'},'dst':{'client_id':'shared'},'weight':0.2}]}");
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void aPrivateEndOfSomebodyElseIsLikeNoneAtAll() {
    String before = edges();
    for (String end :
        new String[] {"{'id':'" + mine + "'}", "{'id':'" + StableIds.uuid("s:node:red") + "'}"}) {
      refuses("'nodes':[{'type':'event','client_id':'bobs'}]", "{'client_id':'bobs'}", end);
      refuses("'nodes':[]", end, "{'id':'" + shared + "'}");
    }
    assertThat(edges()).isEqualTo(before);
  }

  @Test
  void toNameThePrivateNodeOfSomebodyElseAsOnesOwnDoesNotHelp() {
    String before = edges();
    refuses(
        "'nodes':[{'type':'event','client_id':'mine'}]",
        "{'client_id':'mine'}",
        "{'id':'" + shared + "'}");
    refuses(
        "'nodes':[{'type':'event','id':'" + mine + "'}]",
        "{'id':'" + mine + "'}",
        "{'id':'" + shared + "'}");
    assertThat(edges()).isEqualTo(before);
  }

  @Test
  void ownersTheirTeamsAndCallersWithoutIdentityMayJoinThem() {
    String red = StableIds.uuid("s:node:red").toString();
    stores(ALICE, mine, red);
    stores(new WriteIdentity(null, "red"), red, shared);
    stores(BOB, nobodys, shared);
    stores(null, mine, nobodys);
  }

  @Test
  void onlyWhoMayHaveAPartInANodeSetsItsEmbeddingInMotion() {
    assertThat(jobsAfterNaming("mine", BOB)).isZero();
    assertThat(jobsAfterNaming("mine", ALICE)).isPositive();
    assertThat(jobsAfterNaming("shared", BOB)).isPositive();
  }

  private long jobsAfterNaming(String clientId, WriteIdentity caller) {
    String jobs = "select count(*) from memory_outbox";
    long before = Long.parseLong(kit.value(jobs));
    String node = "{'type':'event','client_id':'" + clientId + "','text_summary':'t'}";
    String body =
        "{'scope':'s','input_text':'%d','auto_embed':true,'force_reembed':true,'nodes':[%s]}"
            .formatted(System.nanoTime(), node);
    kit.writes.write(WriteRequest.read(json(body), kit.settings).by(caller), Once.UNKEYED);
    return Long.parseLong(kit.value(jobs)) - before;
  }

  private void stores(WriteIdentity caller, String src, String dst) {
    kit.writes.write(
        request("'nodes':[]", "{'id':'" + src + "'}", "{'id':'" + dst + "'}").by(caller),
        Once.UNKEYED);
  }

  private void refuses(String nodes, String src, String dst) {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> kit.writes.write(request(nodes, src, dst).by(BOB), Once.UNKEYED));
    assertThat(refusal).as(src + " " + dst).isNotNull();
    assertThat(refusal.code()).isEqualTo("unknown_edge_endpoint");
  }

  private WriteRequest request(String nodes, String src, String dst) {
    return WriteRequest.read(
        json(
            "{'scope':'s','input_text':'"
                + System.nanoTime()
                + "',"
                + nodes
                + ",'edges':[{'type':'related_to','src':"
                + src
                + ",'dst':"
                + dst
                + ",'weight':1}]}"),
        kit.settings);
  }

  private String edges() {
    return kit.value("select string_agg(e::text, ',' order by e.id) from memory_edges e");
  }
}
