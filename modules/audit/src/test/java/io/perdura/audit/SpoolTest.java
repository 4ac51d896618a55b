package io.perdura.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows on their way from a server's disk to the table: none lost, none twice. */
@Timeout(60)
class SpoolTest extends DatabaseSuite {
  private static final long PLENTY = 1L << 30;

  @TempDir Path state;
  private TrailKit kit;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void empty() throws SQLException {
    kit = new TrailKit(dataSource());
    kit.empty();
  }

  @Test
  void spooledRowsArriveOnceAndInTheirOrder() throws Exception {
    AuditTrail trail = opened(kit.database);
    for (int i = 1; i <= 2_500; i++) {
      trail.spool(TrailKit.call(TrailKit.ACME, "call " + i), TrailKit.caller());
    }
    trail.carry();
    trail.carry();
    trail.link();
    assertThat(linkedNumbers()).hasSize(2_500).isSorted().startsWith(1L).endsWith(2_500L);
    assertThat(trail.figures().spoolAgeSeconds()).isZero();
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void aProcessThatIsKilledLosesNothingItAcknowledged() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SpoolWriter.class.getName(),
                state.resolve("audit-spool").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> acknowledged = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        acknowledged.add(line);
        if (acknowledged.size() == 5_000) {
          writer.toHandle().destroyForcibly(); // unlike that of the process it leaves us the pipe
        }
      }
    }
    writer.waitFor();
    assertThat(writer.exitValue()).as("killed").isEqualTo(137);

    AuditTrail next = opened(kit.database);
    next.carry();
    next.link();
    List<String> arrived = calls();
    assertThat(arrived).doesNotHaveDuplicates().containsAll(acknowledged);
    assertThat(arrived.size() - acknowledged.size()).as("appended, not yet told").isLessThan(2);
    assertThat(kit.count("audit_spools where closed_at is not null")).isEqualTo(1);
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void halfALineAtTheEndIsNoRow() throws Exception {
    SpoolFiles files = files();
    try (Spool dying = new Spool(files, "n~dying", PLENTY, false)) {
      dying.append(TrailKit.ACME, entry("one"));
      dying.append(TrailKit.ACME, entry("two"));
      byte[] half = new SpoolLine(3, TrailKit.ACME, "{\"x\":1}", "{}").bytes();
      Files.write(
          files.segment("n~dying", 1),
          Arrays.copyOf(half, half.length / 2),
          StandardOpenOption.APPEND);
      dying.hold().close();
    }
    AuditTrail next = opened(kit.database);
    next.carry();
    next.link();
    assertThat(calls()).containsExactly("one", "two");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void aLineThatWasDamagedIsReportedAndTheOthersArrive() throws Exception {
    SpoolFiles files = files();
    try (Spool dying = new Spool(files, "n~dying", PLENTY, false)) {
      dying.append(TrailKit.ACME, entry("one"));
      dying.append(TrailKit.ACME, entry("two"));
      dying.append(TrailKit.ACME, entry("three"));
      dying.hold().close();
    }
    Path segment = files.segment("n~dying", 1);
    String text = Files.readString(segment);
    Files.writeString(segment, text.replace("\"call\":\"two\"", "\"call\":\"tvo\""));
    AuditTrail next = opened(kit.database);
    next.carry();
    next.link();
    assertThat(calls()).containsExactly("one", "three");
    assertThat(kit.verify().at("/gaps/0/ranges/0").toString()).isEqualTo("[2,2]");
    assertThat(kit.verify().at("/gaps/1/fault").asText()).isEqualTo("rows_damaged");
    assertThat(kit.verify().get("ok").asBoolean()).isFalse();
  }

  @Test
  void aLostDiskIsExposedByRowsThatOtherTransactionsCommitted() throws Exception {
    AuditTrail trail = opened(kit.database);
    spool(trail, "arrived", 3);
    trail.carry();
    spool(trail, "lost", 4);
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(
          connection, trail.committed(TrailKit.call(TrailKit.ACME, "write"), TrailKit.caller()));
    }
    trail.link();
    assertThat(kit.verify().get("gaps")).as("still on their way").isEmpty();
    kit.sql("update audit_spools set seen_at = now() - interval '2 minutes'");
    assertThat(kit.verify().at("/gaps/0/rows").asInt()).isEqualTo(4);
    assertThat(kit.verify().at("/gaps/0/ranges").toString()).isEqualTo("[[4,7]]");
    assertThat(kit.verify().get("ok").asBoolean()).isFalse();
  }

  @Test
  void aRowThatWasTakenOutOfTheInboxIsMissed() throws Exception {
    AuditTrail trail = opened(kit.database);
    spool(trail, "call", 3);
    trail.carry();
    kit.sql("delete from audit_inbox where entry like '%\"seq\":2}'");
    trail.link();
    assertThat(kit.verify().at("/gaps/0/ranges/0").toString()).isEqualTo("[2,2]");
  }

  @Test
  void anAnswerOfTheDatabaseThatWasLostDoublesNothing() throws Exception {
    AtomicBoolean lose = new AtomicBoolean();
    AuditTrail trail = opened(new Database(losing(dataSource(), lose)));
    trail.carry();
    spool(trail, "call", 5);
    lose.set(true);
    trail.carry();
    assertThat(lose.get()).as("an answer was lost").isFalse();
    spool(trail, "later", 5);
    trail.carry();
    trail.link();
    assertThat(calls()).hasSize(10).doesNotHaveDuplicates();
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void withoutDatabaseRowsWaitAndWithoutRoomCallsAreRefused() throws Exception {
    AuditTrail trail =
        TrailKit.trail(kit.database, state, Map.of("PERDURA_AUDIT_SPOOL_MAX_MB", "1"));
    trail.open("n");
    assertThatThrownBy(() -> spool(trail, "call", 5_000))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.body().get("error").asText()).isEqualTo("audit_unavailable"));
    assertThat(trail.figures().refused()).isEqualTo(1);
    assertThat(trail.figures().spoolBytes()).isBetween(900_000L, 1_048_576L);
    trail.carry();
    spool(trail, "after", 1);
    trail.carry();
    trail.link();
    assertThat(calls()).endsWith("after 1").doesNotHaveDuplicates();
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void segmentsGoOnceTheirRowsHaveArrived() throws Exception {
    AuditTrail trail = opened(kit.database);
    spool(trail, "call", 12_000);
    assertThat(segments()).isGreaterThan(1);
    trail.carry();
    assertThat(segments()).isEqualTo(1);
    trail.stop();
    assertThat(segments()).isZero();
    assertThat(kit.count("audit_spools where closed_at is null")).isZero();
    try (Stream<Path> left = Files.list(state.resolve("audit-spool"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aSpoolThatAnotherProcessHoldsIsLeftAlone() throws Exception {
    AuditTrail living = opened(kit.database);
    spool(living, "call", 1);
    AuditTrail other = TrailKit.trail(kit.database, state, Map.of());
    other.open("m");
    other.carry();
    assertThat(kit.count("audit_inbox")).isZero();
    living.carry();
    assertThat(kit.count("audit_inbox")).isEqualTo(1);
  }

  @Test
  void callsWithoutACredentialAreCappedAndTheRestIsCounted() throws Exception {
    AuditTrail trail =
        TrailKit.trail(kit.database, state, Map.of("PERDURA_AUDIT_ANONYMOUS_PER_MINUTE", "10"));
    trail.open("n");
    for (int i = 0; i < 200; i++) {
      trail.spool(TrailKit.call(Chains.ANONYMOUS, "call"), TrailKit.caller());
      trail.spool(TrailKit.call(TrailKit.ACME, "call"), TrailKit.caller());
    }
    trail.stop();
    new Sequencer(kit.database, "x").run();
    assertThat(kit.count("audit_chain where chain = 'tenant/acme'")).isEqualTo(200);
    long written = kit.count("audit_chain where chain = 'anonymous'") - 1;
    assertThat(written).isBetween(10L, 20L); // the minute may turn once
    assertThat(kit.verify().get("dropped_anonymous").asLong()).isEqualTo(200 - written);
  }

  private AuditTrail opened(Database database) {
    AuditTrail trail = TrailKit.trail(database, state, Map.of());
    trail.open("n");
    return trail;
  }

  private SpoolFiles files() throws IOException {
    SpoolFiles files = new SpoolFiles(state.resolve("audit-spool"));
    files.prepare();
    return files;
  }

  private static void spool(AuditTrail trail, String name, int count) {
    for (int i = 1; i <= count; i++) {
      trail.spool(TrailKit.call(TrailKit.ACME, name + " " + i), TrailKit.caller());
    }
  }

  private static EntryText entry(String call) {
    return EntryText.of(TrailKit.call(TrailKit.ACME, call), TrailKit.caller());
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(state.resolve("audit-spool"))) {
      return files.filter(file -> file.toString().endsWith(".spool")).count();
    }
  }

  private List<String> calls() throws SQLException {
    return kit.texts("select entry::jsonb ->> 'call' from audit_chain order by chain, seq");
  }

  private List<Long> linkedNumbers() throws SQLException {
    return kit.texts("select entry::jsonb ->> 'seq' from audit_chain order by chain, seq").stream()
        .map(Long::valueOf)
        .toList();
  }

  /** A database that does what it is told and then loses the connection, once. */
  private static DataSource losing(DataSource source, AtomicBoolean lose) {
    return wrap(
        DataSource.class,
        source,
        (name, result) ->
            name.equals("getConnection")
                ? wrap(Connection.class, result, (what, made) -> losing(what, made, lose))
                : result);
  }

  private static Object losing(String name, Object made, AtomicBoolean lose) {
    if (!name.equals("prepareStatement")) {
      return made;
    }
    return wrap(
        PreparedStatement.class,
        made,
        (method, result) -> {
          if (method.equals("executeUpdate") && lose.compareAndSet(true, false)) {
            throw new SQLException("connection lost", "08006");
          }
          return result;
        });
  }

  private interface Answer {
    Object change(String method, Object result) throws SQLException;
  }

  private static <T> T wrap(Class<T> type, Object inner, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return answer.change(method.getName(), method.invoke(inner, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
