package io.perdura.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Database;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first transaction that a call commits takes its row along, once. */
@Timeout(60)
class CallRecordTest extends DatabaseSuite {
  private final AuditRow row = TrailKit.row(TrailKit.ACME, "call");
  private TrailKit kit;
  private CallRecord record;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void begin() throws SQLException {
    kit = new TrailKit(dataSource());
    kit.empty();
    record = CallRecord.open((commitId, changes) -> row);
  }

  @AfterEach
  void end() {
    CallRecord.close();
  }

  @Test
  void oneRowHoweverManyTransactionsFollow() throws SQLException {
    kit.database.transaction("first", tx -> touch(tx.connection()));
    assertThat(record.isCommitted()).isTrue();
    assertThat(CallRecord.due()).isNull();
    kit.database.transaction("second", tx -> touch(tx.connection()));
    assertThat(kit.count("audit_inbox")).isEqualTo(1);
  }

  @Test
  void nothingThatIsRolledBackLeavesARow() throws SQLException {
    assertThatThrownBy(() ->
            kit.database.transaction(
                "fails",
                tx -> {
                  touch(tx.connection());
                  throw new ApiException(400, "no", "no");
                }))
        .isInstanceOf(ApiException.class);
    assertThat(record.isCommitted()).isFalse();
    assertThat(kit.count("audit_inbox")).isZero();
  }

  @Test
  void readingCommitsNothing() throws SQLException {
    kit.database.read("read", Reads::one);
    assertThat(record.isCommitted()).isFalse();
    kit.database.transaction(
        "with a read inside",
        tx -> {
          kit.database.read("read", Reads::one);
          return touch(tx.connection());
        });
    assertThat(record.isCommitted()).isTrue();
    assertThat(kit.count("audit_inbox")).isEqualTo(1);
  }

  @Test
  void aLostRaceIsRepeatedWithOneRow() throws SQLException {
    AtomicBoolean lose = new AtomicBoolean(true);
    kit.database.transaction(
        "race",
        tx -> {
          if (lose.compareAndSet(true, false)) {
            throw new SQLException("lost a race", "40001");
          }
          return touch(tx.connection());
        });
    assertThat(kit.count("audit_inbox")).isEqualTo(1);
  }

  @Test
  void aCommitWhoseAnswerWasLostLeavesOneRowWhetherLinkedMeanwhileOrNot() throws SQLException {
    for (boolean linked : new boolean[] {false, true}) {
      kit.empty();
      record = CallRecord.open((commitId, changes) -> row);
      AtomicBoolean lose = new AtomicBoolean(true);
      Database losing = new Database(losingCommits(dataSource(), lose));
      assertThatThrownBy(() -> losing.transaction("lost", tx -> touch(tx.connection())))
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(503));
      assertThat(record.isCommitted()).as("nobody knows").isFalse();
      assertThat(kit.count("audit_inbox")).isEqualTo(1);
      if (linked) {
        Sequencer sequencer = new Sequencer(kit.database, "x");
        sequencer.run();
        sequencer.stop();
      }
      losing.transaction("again", tx -> touch(tx.connection()));
      assertThat(record.isCommitted()).isTrue();
      assertThat(kit.count("audit_inbox") + kit.count("audit_chain")).isEqualTo(1);
    }
  }

  private static int touch(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          "insert into audit_spools (stream, node) values (gen_random_uuid()::text, 'n')");
    }
  }

  /** A database that commits and then loses the connection, once. */
  private static DataSource losingCommits(DataSource source, AtomicBoolean lose) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(source, arguments);
              return result instanceof Connection inner ? losing(inner, lose) : result;
            });
  }

  private static Connection losing(Connection inner, AtomicBoolean lose) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(inner, arguments);
                if (method.getName().equals("commit") && lose.compareAndSet(true, false)) {
                  throw new SQLException("connection lost", "08006");
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** A statement that reads. */
  private static final class Reads {
    private Reads() {}

    static int one(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("select 1").close();
        return 1;
      }
    }
  }
}
