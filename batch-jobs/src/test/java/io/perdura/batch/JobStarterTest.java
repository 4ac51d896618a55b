package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.perdura.control.Member;
import io.perdura.control.Membership;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.schema.TestDatabase;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobStarterTest {
  private static TestDatabase database;
  private JobBook book;
  private JobStarter starter;

  @BeforeAll
  static void openDatabase() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void closeDatabase() {
    database.close();
  }

  /** A server that has joined, or not. */
  private static final class Joined extends Membership {
    private final Member member;

    Joined(Member member) {
      super(null);
      this.member = member;
    }

    @Override
    public Member self() {
      return member;
    }
  }

  @BeforeEach
  void setUp() {
    FakeOperator.reset();
    book = new JobBook(database);
    starter = starter(new Member("me", "worker", "1", "h", null, "1"));
    starter.open();
  }

  private static JobStarter starter(Member self) {
    return new JobStarter(new JobRepository(new Database(database.dataSource())), new Joined(self));
  }

  @Test
  void jobStartsWithCheckedParametersAndTheNameOfItsServer() {
    long execution = starter.start(JobBook.BACKFILL, Map.of("scope", "s"));

    assertThat(FakeOperator.EXECUTIONS.get(execution).parameters)
        .isEqualTo(Map.of("scope", "s", "page", "200", "perdura.node", "me"));
    assertThat(starter.describe(execution).get("running").booleanValue()).isTrue();
  }

  @Test
  void unknownJobFaultyParametersAndASecondRunAreRefused() {
    assertRefused(() -> starter.start("no-such-job", Map.of()), 404, "unknown_job");
    assertRefused(() -> starter.start("outbox-drain", Map.of()), 404, "unknown_job");
    assertRefused(
        () -> starter.start(JobBook.BACKFILL, Map.of("page", "0")), 400, "invalid_parameters");
    book.execution(JobBook.BACKFILL, "another", JobBook.STARTED);
    assertRefused(() -> starter.start(JobBook.BACKFILL, Map.of()), 409, "already_running");
    assertThat(FakeOperator.EXECUTIONS).isEmpty();
  }

  @Test
  void nothingStartsBeforeTheServersEarlierWorkWasTakenUp() {
    JobStarter young = starter(new Member("me", "worker", "1", "h", null, "1"));
    assertRefused(() -> young.start(JobBook.BACKFILL, Map.of()), 503, "not_ready");
    JobStarter alone = starter(null);
    alone.open();
    assertRefused(() -> alone.start(JobBook.BACKFILL, Map.of()), 503, "not_ready");
    assertThat(FakeOperator.EXECUTIONS).isEmpty();
  }

  @Test
  void resumedExecutionKeepsItsParametersAndBelongsToThisServer() {
    JobStarter young = starter(new Member("me", "worker", "1", "h", null, "1"));

    long resumed = young.resume(5);

    assertThat(FakeOperator.EXECUTIONS.get(resumed).restartOf).isEqualTo(5);
    assertThat(FakeOperator.EXECUTIONS.get(resumed).parameters)
        .isEqualTo(Map.of("page", "7", "perdura.node", "me"));
  }

  @Test
  void executionThatAnOperatorStopsStaysStopped() {
    long written = book.execution(JobBook.BACKFILL, "me", JobBook.STOPPED);
    while (starter.start("outbox-replay", Map.of("id", "1", "reason", "r")) < written) {
      assertThat(FakeOperator.EXECUTIONS.size()).isLessThan(1_000);
    }

    starter.stop(written);

    assertThat(starter.describe(written).get("status").textValue()).isEqualTo("STOPPING");
    assertThat(new JobRepository(new Database(database.dataSource())).left("me")).isEmpty();
  }

  @Test
  void whatIsUnknownOrHasEndedCannotBeStopped() {
    assertRefused(() -> starter.stop(99), 404, "unknown_execution");
    assertRefused(() -> starter.describe(99), 404, "unknown_execution");
    long execution = starter.start(JobBook.BACKFILL, Map.of());
    FakeOperator.last().status = jakarta.batch.runtime.BatchStatus.COMPLETED;
    assertRefused(() -> starter.stop(execution), 409, "not_running");
  }

  @Test
  void theCatalogNamesEveryJobWithItsParameters() {
    assertThat(starter.catalog().get("jobs")).hasSize(JobDefinition.ALL.size());
    assertThat(starter.catalog().at("/jobs/1/parameters/1/default").textValue()).isEqualTo("200");
  }

  private static void assertRefused(ThrowingCallable call, int status, String code) {
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(call)
        .satisfies(refusal -> {
          assertThat(refusal.status()).isEqualTo(status);
          assertThat(refusal.code()).isEqualTo(code);
        });
  }
}
