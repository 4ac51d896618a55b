package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobRuns.Requester;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final Requester SOMEBODY = new Requester("somebody", ChangeLog.NONE);
  private static TestDatabase test;
  private static Database database;

  private final JobCatalog catalog = JobCatalog.of(new Look());
  private JobSchedules schedules;
  private Scheduler one;
  private Scheduler two;

  @BeforeAll
  static void open() {
    test = TestDatabase.fresh();
    database = new Database(test.dataSource());
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void setUp() throws SQLException {
    execute("truncate job_runs, job_schedules");
    execute("update job_scheduler set owner = null, expires_at = '-infinity'");
    schedules = new JobSchedules(database, catalog, Clock.systemUTC());
    one = new Scheduler(database, catalog, JobMetrics.none());
    two = new Scheduler(database, catalog, JobMetrics.none());
  }

  private static final class Look implements ReportWork {
    @Override
    public JobDefinition definition() {
      return JobDefinition.of(
          "look", "Looks.", false, JobParameter.number("far", 3L, 1, 9, "how far"));
    }

    @Override
    public JobResult run(JobParameters parameters, JobProgress progress) {
      return JobResult.passed(Jsons.object());
    }
  }

  @Test
  void aDueOccurrenceBecomesOneRunWithTheSchedulesParameters() throws SQLException {
    String id = create("{'name':'s','job':'look','interval_seconds':60,'parameters':{'far':5}}");
    due(id, "1 second");

    one.look("a");
    one.look("a");

    assertThat(
            texts(
                "select concat_ws(' ', job, state, parameters ->> 'far', requested_by, schedule_id = '"
                    + id
                    + "') from job_runs"))
        .isEqualTo("look queued 5 schedule s t");
    JsonNode schedule = schedules.get(id).get("schedule");
    assertThat(schedule.get("last_fire_at").asText()).isNotEmpty();
    assertThat(schedule.get("next_fire_at").asText())
        .isGreaterThan(schedule.get("last_fire_at").asText());
    assertThat(schedule.get("version").asInt()).as("firing is no change").isEqualTo(1);
  }

  @Test
  void ofTwoServersOneFires() throws Exception {
    for (int i = 0; i < 10; i++) {
      due(create("{'name':'s%d','job':'look','interval_seconds':1}".formatted(i)), "0 seconds");
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<?> first = pool.submit(() -> looks(one, "a"));
      Future<?> second = pool.submit(() -> looks(two, "b"));
      first.get();
      second.get();
    }

    assertThat(
            texts("select count(*) = count(distinct (schedule_id, occurrence_at)) from job_runs"))
        .isEqualTo("t");
    assertThat(Integer.parseInt(texts("select count(distinct schedule_id) from job_runs")))
        .isEqualTo(10);
    assertThat(texts("select epoch >= 1 from job_scheduler")).isEqualTo("t");
  }

  private static void looks(Scheduler scheduler, String node) {
    for (int i = 0; i < 20; i++) {
      scheduler.look(node);
    }
  }

  @Test
  void anotherServerTakesOverWhenTheLeaseRunsOutAndTheFirstFiresNothingMore() throws SQLException {
    one.look("a");
    two.look("b");
    long epoch = Long.parseLong(texts("select epoch from job_scheduler"));
    assertThat(texts("select owner from job_scheduler")).startsWith("a/");

    execute("update job_scheduler set expires_at = clock_timestamp()");
    two.look("b");
    assertThat(texts("select owner from job_scheduler")).startsWith("b/");
    assertThat(texts("select epoch from job_scheduler")).isEqualTo(Long.toString(epoch + 1));
    due(create("{'name':'s','job':'look','interval_seconds':60}"), "1 second");
    one.look("a");
    assertThat(texts("select count(*) from job_runs")).as("its epoch is over").isEqualTo("0");

    two.look("b");
    assertThat(texts("select count(*) from job_runs")).isEqualTo("1");
  }

  @Test
  void theLeaseLastsSixSecondsAndIsGivenBackInOrder() throws SQLException {
    one.look("a");
    assertThat(
            texts(
                "select expires_at - clock_timestamp() between interval '5 seconds' and interval '6 seconds' from job_scheduler"))
        .isEqualTo("t");
    one.stop();
    two.look("b");
    assertThat(texts("select owner from job_scheduler")).startsWith("b/");
  }

  @Test
  void whileTheLeaderCommitsNobodyElseBecomesOne() throws SQLException {
    one.look("a");
    try (Connection leader = test.dataSource().getConnection()) {
      leader.setAutoCommit(false);
      String owner = texts("select owner from job_scheduler");
      long epoch = Long.parseLong(texts("select epoch from job_scheduler"));
      assertThat(SchedulesSql.stillLeads(leader, owner, epoch)).isTrue();
      try (Connection other = test.dataSource().getConnection();
          Statement taker = other.createStatement()) {
        taker.execute("set lock_timeout = '300ms'");
        assertThatThrownBy(() -> taker.execute("update job_scheduler set epoch = epoch + 1"))
            .hasMessageContaining("lock timeout");
      }
      leader.rollback();
    }
  }

  @Test
  void missedOccurrencesFollowThePolicy() throws SQLException {
    for (String policy : List.of("skip", "once", "all")) {
      due(
          create(
              "{'name':'%s','job':'look','interval_seconds':3600,'missed_fire':'%s'}"
                  .formatted(policy, policy)),
          "3 hours 30 minutes");
    }
    one.look("a");

    assertThat(
            texts(
                "select s.name || count(r.id) from job_schedules s left join job_runs r on r.schedule_id = s.id"
                    + " group by s.name order by 1"))
        .isEqualTo("all4,once1,skip0");
    assertThat(texts("select bool_and(next_fire_at > now()) from job_schedules")).isEqualTo("t");
  }

  @Test
  void aScheduleThatIsFasterThanItsJobDoesNotPileUp() throws SQLException {
    String id = create("{'name':'s','job':'look','interval_seconds':60}");
    due(id, "1 second");
    one.look("a");
    due(id, "0 seconds");
    one.look("a");

    assertThat(texts("select count(*) from job_runs")).isEqualTo("1");
  }

  @Test
  void aScheduleWhoseParametersNoLongerFitFailsVisibly() throws SQLException {
    String id = create("{'name':'s','job':'look','interval_seconds':60}");
    execute("update job_schedules set parameters = '{\"far\": \"99\"}'");
    due(id, "1 second");
    one.look("a");

    assertThat(texts("select state || ': ' || error from job_runs"))
        .isEqualTo("failed: far must be between 1 and 9");
  }

  @Test
  void aScheduleThatIsOffNeverFires() throws SQLException {
    String id = create("{'name':'s','job':'look','interval_seconds':60,'enabled':false}");
    assertThat(schedules.get(id).at("/schedule/next_fire_at").isNull()).isTrue();
    due(id, "1 second");
    one.look("a");

    assertThat(texts("select count(*) from job_runs")).isEqualTo("0");
  }

  @Test
  void shippedSchedulesRunOnceTheirJobIsThereUnlessSomebodyTouchedThem() throws SQLException {
    execute(
        """
        insert into job_schedules (name, job, cron, enabled, created_by, version) values
          ('ours', 'look', '0 3 * * *', false, 'perdura', 1), ('later', 'not-yet', '0 3 * * *', false, 'perdura', 1),
          ('switched off', 'look', '0 3 * * *', false, 'perdura', 2), ('theirs', 'look', '0 3 * * *', false, 'bob', 1)\
        """);
    one.look("a");

    assertThat(texts("select name from job_schedules where enabled and next_fire_at > now()"))
        .isEqualTo("ours");
  }

  @Test
  void aChangeNamesTheVersionItWasMadeFrom() {
    String id = create("{'name':'s','job':'look','interval_seconds':60}");
    String change =
        "{'name':'t','job':'look','cron':'0 3 * * 1','time_zone':'Europe/Berlin','version':1}";

    JsonNode replaced = schedules.replace(id, ScheduleRequest.replace(json(change)), SOMEBODY);

    assertThat(replaced.at("/schedule/version").asInt()).isEqualTo(2);
    assertThat(replaced.at("/schedule/interval_seconds").isNull()).isTrue();
    assertThat(replaced.at("/schedule/next_fire_at").asText()).isNotEmpty();
    assertThatThrownBy(() -> schedules.replace(id, ScheduleRequest.replace(json(change)), SOMEBODY))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo("version_conflict");
              assertThat(e.body().at("/details/version").asInt()).isEqualTo(2);
            });
  }

  @Test
  void namesAreUniqueAndDeletedSchedulesGone() {
    String id = create("{'name':'s','job':'look','interval_seconds':60}");
    String other = create("{'name':'t','job':'look','interval_seconds':60}");
    assertCode(() -> create("{'name':'s','job':'look','interval_seconds':60}"), "schedule_exists");
    assertCode(
        () ->
            schedules.replace(
                other,
                ScheduleRequest.replace(
                    json("{'name':'s','job':'look','interval_seconds':60,'version':1}")),
                SOMEBODY),
        "schedule_exists");

    schedules.delete(id, SOMEBODY);

    assertCode(() -> schedules.get(id), "unknown_schedule");
    assertCode(() -> schedules.delete(id, SOMEBODY), "unknown_schedule");
    assertThat(schedules.list().get("schedules")).hasSize(1);
  }

  @Test
  void aFaultySchedulesFieldsAreNamed() {
    assertIssue("{'name':'s','job':'look'}", "give either cron or interval_seconds");
    assertIssue("{'name':'s','job':'look','cron':'* * * * *','interval_seconds':5}", "give either");
    assertIssue("{'name':'s','job':'look','cron':'61 * * * *'}", "cron");
    assertIssue("{'name':'s','job':'look','cron':'0 0 30 2 *'}", "never comes");
    assertIssue("{'name':'s','job':'look','interval_seconds':0}", "interval_seconds");
    assertIssue(
        "{'name':'s','job':'look','interval_seconds':5,'time_zone':'Moon/Crater'}", "time_zone");
    assertIssue("{'name':' ','job':'look','interval_seconds':5}", "name");
    assertCode(() -> create("{'name':'s','job':'gone','interval_seconds':5}"), "unknown_job");
    assertCode(
        () -> create("{'name':'s','job':'look','interval_seconds':5,'parameters':{'far':99}}"),
        "invalid_parameters");
    assertThatThrownBy(
            () -> ScheduleRequest.replace(json("{'name':'s','job':'look','interval_seconds':5}")))
        .hasMessageContaining("version");
  }

  private String create(String body) {
    return schedules
        .create(ScheduleRequest.create(json(body)), SOMEBODY)
        .at("/schedule/id")
        .asText();
  }

  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }

  /** Lets a schedule be due since so long ago. */
  private static void due(String id, String age) throws SQLException {
    execute(
        "update job_schedules set next_fire_at = now() - interval '%s' where id = '%s'"
            .formatted(age, id));
  }

  private void assertIssue(String body, String message) {
    assertThatThrownBy(() -> create(body))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message);
  }

  private static void assertCode(Runnable call, String code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static String texts(String sql) throws SQLException {
    StringBuilder texts = new StringBuilder();
    try (Connection connection = test.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.append(texts.isEmpty() ? "" : ",").append(row.getString(1));
      }
    }
    return texts.toString();
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = test.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
