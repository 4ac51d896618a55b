package io.perdura.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Tx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The promises of {@link Database}: repeated when safe, once when keyed, nothing half done. */
class DatabaseRetryTest {
  private TestDatabase server;
  private Database database;

  @BeforeEach
  void open() throws SQLException {
    server = TestDatabase.fresh();
    database = new Database(server.dataSource());
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table effects (n int)");
    }
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private static JsonNode effect(Tx tx, int n) throws SQLException {
    try (Statement statement = tx.connection().createStatement()) {
      statement.executeUpdate("insert into effects values (" + n + ")");
    }
    return Jsons.object().put("n", n);
  }

  private int effects() {
    return database.read(
        "count",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("select count(*) from effects")) {
            row.next();
            return row.getInt(1);
          }
        });
  }

  private static Once key(String key, String body) {
    return new Once("default", "p", "POST /x", key, body);
  }

  @Test
  void lostLockRaceIsRepeatedAndTakesEffectOnce() {
    AtomicInteger runs = new AtomicInteger();

    database.transaction(
        "race",
        tx -> {
          effect(tx, 1);
          if (runs.incrementAndGet() < 3) {
            throw new SQLException("deadlock", "40P01");
          }
          return null;
        });

    assertThat(runs).hasValue(3);
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void failureThatIsNotTransientIsNotRepeated() {
    AtomicInteger runs = new AtomicInteger();

    assertThatThrownBy(() ->
            database.transaction(
                "broken",
                tx -> {
                  runs.incrementAndGet();
                  throw new SQLException("syntax", "42601");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(runs).hasValue(1);
  }

  @Test
  void outageThatOutlastsTheDeadlineIsA503WithRetryAfter() {
    try (Deadline.Scope scope = Deadline.start(Duration.ofMillis(300))) {
      assertThat(scope).isNotNull();
      assertThatThrownBy(() ->
              database.read(
                  "down",
                  connection -> {
                    throw new SQLException("gone", "57P01");
                  }))
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> {
                assertThat(e.status()).isEqualTo(503);
                assertThat(e.code()).isEqualTo("database_unavailable");
                assertThat(e.retryAfterSeconds()).hasValue(1);
              });
    }
  }

  @Test
  void refusalRollsBackEverythingBeforeIt() {
    assertThatThrownBy(() ->
            database.once(
                key("k", "b"),
                "refused",
                tx -> {
                  effect(tx, 1);
                  throw ApiException.badRequest("no", "no", null);
                }))
        .isInstanceOf(ApiException.class);

    assertThat(effects()).isZero();
    assertThat(database.once(key("k", "other"), "again", tx -> effect(tx, 2)).replayed()).isFalse();
  }

  @Test
  void repeatedKeyReturnsTheStoredAnswerAndAnotherBodyIsAConflict() {
    Once.Answer first = database.once(key("k", "b"), "first", tx -> effect(tx, 1));
    Once.Answer second = database.once(key("k", "b"), "second", tx -> effect(tx, 2));

    assertThat(second.replayed()).isTrue();
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(effects()).isEqualTo(1);
    assertThatThrownBy(() -> database.once(key("k", "c"), "third", tx -> effect(tx, 3)))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(409);
              assertThat(e.code()).isEqualTo("idempotency_key_reused");
            });
  }

  @Test
  void repeatWaitsForTheFirstRequestThatIsStillRunning() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Once.Answer> first =
          pool.submit(() ->
              database.once(
                  key("k", "b"),
                  "first",
                  tx -> {
                    inside.countDown();
                    await(go);
                    return effect(tx, 1);
                  }));
      assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
      Future<Once.Answer> second =
          pool.submit(() -> database.once(key("k", "b"), "second", tx -> effect(tx, 2)));
      go.countDown();

      assertThat(first.get(10, TimeUnit.SECONDS).replayed()).isFalse();
      assertThat(second.get(10, TimeUnit.SECONDS).replayed()).isTrue();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void keyedWriteWhoseCommitWasNotAnsweredIsRepeatedAndTakesEffectOnce() {
    Database flaky = new Database(losingTheFirstCommitAnswer());

    Once.Answer answer = flaky.once(key("k", "b"), "lost", tx -> effect(tx, 1));

    assertThat(answer.body().get("n").intValue()).isEqualTo(1);
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void unkeyedWriteWhoseCommitWasNotAnsweredIsReportedAndNotRepeated() {
    Database flaky = new Database(losingTheFirstCommitAnswer());

    assertThatThrownBy(() -> flaky.transaction("lost", tx -> effect(tx, 1)))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("database_unavailable"));
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void actionsAfterCommitRunOnlyAfterACommit() {
    AtomicInteger told = new AtomicInteger();

    assertThatThrownBy(() ->
            database.transaction(
                "fails",
                tx -> {
                  tx.afterCommit(told::incrementAndGet);
                  throw ApiException.badRequest("no", "no", null);
                }))
        .isInstanceOf(ApiException.class);
    assertThat(told).hasValue(0);

    database.transaction(
        "works",
        tx -> {
          tx.afterCommit(told::incrementAndGet);
          return null;
        });
    assertThat(told).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A pool whose first COMMIT succeeds in the database and then reports a lost connection. */
  private DataSource losingTheFirstCommitAnswer() {
    AtomicInteger commits = new AtomicInteger();
    return proxy(
        DataSource.class,
        server.dataSource(),
        (connection, method) ->
            proxy(
                Connection.class,
                (Connection) connection,
                (result, name) -> {
                  if (name.equals("commit") && commits.incrementAndGet() == 1) {
                    throw new SQLException("link lost", "08006");
                  }
                  return result;
                }));
  }

  @Test
  void aConnectionIsTriedOnlyWhenTheDatabaseHasBeenSilent() throws Exception {
    AtomicInteger tried = new AtomicInteger();
    DataSource counting =
        proxy(
            DataSource.class,
            server.dataSource(),
            (result, method) ->
                result instanceof Connection connection
                    ? proxy(
                        Connection.class,
                        connection,
                        (answer, called) -> {
                          tried.addAndGet(called.equals("isValid") ? 1 : 0);
                          return answer;
                        })
                    : result);
    database = new Database(counting);

    effects();
    assertThat(tried).as("the first of all").hasValue(1);
    for (int i = 0; i < 20; i++) {
      effects();
      database.transaction("write", tx -> effect(tx, 1));
    }
    assertThat(tried).as("while the database answers").hasValue(1);
    Thread.sleep(300);
    effects();
    assertThat(tried).as("after a silence").hasValue(2);
  }

  @Test
  void aConnectionThatDiedInThePoolIsNotTheCallersTrouble() throws Exception {
    AtomicInteger handedOut = new AtomicInteger();
    DataSource stale =
        proxy(
            DataSource.class,
            server.dataSource(),
            (result, method) -> {
              if (result instanceof Connection connection && handedOut.getAndIncrement() == 0) {
                connection.close();
              }
              return result;
            });
    database = new Database(stale);

    assertThat(effects()).isZero();
    assertThat(handedOut).as("the dead one and its successor").hasValue(2);
  }

  private static <T> T proxy(Class<T> type, T target, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return after.apply(method.invoke(target, arguments), method.getName());
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @FunctionalInterface
  private interface After {
    Object apply(Object result, String method) throws SQLException;
  }
}
