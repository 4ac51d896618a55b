package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The row of a write in the audit trail commits with the write, at no round trip of its own. */
class WriteAuditTest {
  private static final String BODY =
      "{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'t'}]}";

  private final List<String> calls = new ArrayList<>();
  private final List<String> commits = new ArrayList<>();
  private TestDatabase server;
  private MemoryKit kit;
  private CallRecord record;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(counting(server.dataSource()));
  }

  @AfterEach
  void close() {
    CallRecord.close();
    server.close();
  }

  private JsonNode write(String body, String key) {
    record =
        CallRecord.open((commitId, changes) -> {
          commits.add(commitId);
          return new AuditRow("tenant/default", "{", "{\"commit\":\"" + commitId + "\"}", "{}");
        });
    calls.clear();
    JsonNode json = json(body);
    Once once =
        key == null
            ? Once.UNKEYED
            : new Once("default", "a", "POST /w", key, CanonicalJson.sha256Hex(json));
    return kit.writes.write(WriteRequest.read(json, kit.settings), once).body();
  }

  @Test
  void aWriteOfNewThingsStaysOneStatement() {
    kit.generations.configured();
    JsonNode answer = write(BODY, null);
    assertThat(calls).containsExactly("prepareStatement");
    assertThat(record.isCommitted()).isTrue();
    assertThat(kit.count("audit_inbox")).isEqualTo(1);
    assertThat(commits).containsExactly(answer.get("commit_id").asText());
  }

  @Test
  void aWriteOfWhatIsStoredAlreadyLeavesItsRowWithTheSameCommit() {
    JsonNode first = write(BODY, null);
    JsonNode second = write(BODY, null);
    assertThat(record.isCommitted()).isTrue();
    assertThat(second.get("commit_id")).isEqualTo(first.get("commit_id"));
    assertThat(kit.count("audit_inbox")).isEqualTo(2);
    assertThat(
            kit.count("audit_inbox where entry like '%" + first.get("commit_id").asText() + "%'"))
        .isEqualTo(2);
  }

  @Test
  void aKeyedWriteAndItsReplayLeaveARowEach() {
    write(BODY, "k");
    assertThat(record.isCommitted()).isTrue();
    write(BODY, "k");
    assertThat(record.isCommitted()).isTrue();
    assertThat(kit.count("audit_inbox")).isEqualTo(2);
    assertThat(kit.count("memory_commits")).isEqualTo(1);
  }

  @Test
  void aRefusedWriteLeavesNone() {
    String bad = "{'input_text':'x','parent_commit_id':'00000000-0000-0000-0000-000000000000'}";
    assertThatThrownBy(() -> write(bad, null)).isInstanceOf(ApiException.class);
    assertThat(record.isCommitted()).isFalse();
    assertThat(kit.count("audit_inbox")).isZero();
  }

  private DataSource counting(DataSource source) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(source, arguments);
              return result instanceof Connection inner ? counting(inner) : result;
            });
  }

  private Connection counting(Connection inner) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")
                  || method.getName().equals("commit")) {
                calls.add(method.getName());
              }
              try {
                return method.invoke(inner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
