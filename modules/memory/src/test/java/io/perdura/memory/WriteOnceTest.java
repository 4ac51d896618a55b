package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes with an Idempotency-Key, and writes whose COMMIT was not answered. */
class WriteOnceTest {
  private static final String BODY =
      "{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'t'}]}";

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

  private static Once key(String key, JsonNode body) {
    return new Once(
        "default", "alice", "POST /v1/memory/write", key, CanonicalJson.sha256Hex(body));
  }

  private Once.Answer write(MemoryKit on, String body, String key) {
    JsonNode json = json(body);
    return on.writes.write(WriteRequest.read(json, on.settings), key(key, json));
  }

  @Test
  void repeatWithTheSameKeyReturnsTheStoredAnswer() {
    Once.Answer first = write(kit, BODY, "k");
    kit.execute("delete from memory_nodes");
    Once.Answer second = write(kit, BODY, "k");

    assertThat(first.replayed()).isFalse();
    assertThat(second.replayed()).isTrue();
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(kit.count("memory_nodes")).isZero();
  }

  @Test
  void sameKeyWithAnotherBodyIsAConflict() {
    write(kit, BODY, "k");

    ApiException refusal =
        catchThrowableOfType(ApiException.class, () -> write(kit, "{'input_text':'other'}", "k"));

    assertThat(refusal.status()).isEqualTo(409);
    assertThat(refusal.code()).isEqualTo("idempotency_key_reused");
    assertThat(kit.count("memory_commits")).isEqualTo(1);
  }

  @Test
  void refusedWriteLeavesItsKeyUnused() {
    String bad = "{'input_text':'x','parent_commit_id':'00000000-0000-0000-0000-000000000000'}";

    assertThat(catchThrowableOfType(ApiException.class, () -> write(kit, bad, "k"))).isNotNull();

    assertThat(kit.count("idempotency_keys")).isZero();
    assertThat(write(kit, BODY, "k").replayed()).isFalse();
  }

  @Test
  void repeatWaitsForTheFirstAndReturnsItsAnswer() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection first = server.dataSource().getConnection();
        Statement statement = first.createStatement()) {
      JsonNode body = json(BODY);
      first.setAutoCommit(false);
      statement.execute(
          "insert into idempotency_keys values ('default', 'alice', 'POST /v1/memory/write', 'k', '"
              + CanonicalJson.sha256Hex(body)
              + "', '{\"first\":true}', now(), now() + interval '1 day')");
      Future<Once.Answer> second = thread.submit(() -> write(kit, BODY, "k"));
      Thread.sleep(150);
      assertThat(second.isDone()).isFalse();
      first.commit();

      assertThat(second.get().body()).isEqualTo(json("{'first':true}"));
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void repeatThatWaitsTooLongIsToldSo() throws Exception {
    try (Connection first = server.dataSource().getConnection();
        Statement statement = first.createStatement()) {
      first.setAutoCommit(false);
      statement.execute(
          "insert into idempotency_keys values ('default', 'alice', 'POST /v1/memory/write', 'k', '', null, now(), now())");
      try (Deadline.Scope scope = Deadline.start(Duration.ofMillis(400))) {
        assertThat(scope).isNotNull();
        ApiException refusal =
            catchThrowableOfType(ApiException.class, () -> write(kit, BODY, "k"));
        assertThat(refusal.code()).isEqualTo("idempotency_key_in_flight");
      }
      first.rollback();
    }
  }

  /** Commits, and then reports a broken connection: the caller cannot know what happened. */
  private static DataSource losing(DataSource source, AtomicInteger losses) {
    return proxy(
        DataSource.class,
        source,
        (method, result) ->
            method.equals("getConnection") ? connection((Connection) result, losses) : result);
  }

  private static Connection connection(Connection real, AtomicInteger losses) {
    return proxy(
        Connection.class,
        real,
        (method, result) -> {
          if (method.equals("commit") && losses.getAndDecrement() > 0) {
            throw new SQLException("connection lost", "08006");
          }
          return result;
        });
  }

  private interface After {
    Object call(String method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return after.call(method.getName(), method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void keyedWriteWhoseCommitWasNotAnsweredIsRepeatedAndStoredOnce() {
    MemoryKit losing = new MemoryKit(losing(server.dataSource(), new AtomicInteger(1)));

    Once.Answer answer = write(losing, BODY, "k");

    assertThat(answer.replayed()).isTrue();
    assertThat(kit.count("memory_commits")).isEqualTo(1);
    assertThat(kit.value("select id from memory_commits"))
        .isEqualTo(answer.body().get("commit_id").textValue());
  }

  @Test
  void unkeyedWriteOfOneStatementIsRepeatedAndStoredOnce() {
    AtomicInteger losses = new AtomicInteger(1);
    DataSource source =
        proxy(
            DataSource.class,
            server.dataSource(),
            (method, result) ->
                method.equals("getConnection")
                    ? losingStatements((Connection) result, losses)
                    : result);
    MemoryKit losing = new MemoryKit(source);

    JsonNode answer = losing.write(BODY);

    assertThat(kit.count("memory_commits")).isEqualTo(1);
    assertThat(answer.get("commit_id").textValue())
        .isEqualTo(kit.value("select id from memory_commits"));
    assertThat(kit.count("memory_outbox")).isEqualTo(1);
  }

  private static Connection losingStatements(Connection real, AtomicInteger losses) {
    return proxy(
        Connection.class,
        real,
        (method, result) ->
            method.equals("prepareStatement")
                ? proxy(
                    java.sql.PreparedStatement.class,
                    (java.sql.PreparedStatement) result,
                    (call, rows) -> {
                      if (call.equals("executeQuery") && losses.getAndDecrement() > 0) {
                        throw new SQLException("connection lost", "08006");
                      }
                      return rows;
                    })
                : result);
  }
}
