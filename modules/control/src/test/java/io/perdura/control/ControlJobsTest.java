package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlJobsTest extends ControlPlaneSuite {
  private static final String SEAL = Base64.getEncoder().encodeToString(new byte[32]);
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path directory;

  private final AtomicInteger heard = new AtomicInteger();
  private HttpServer receiver;
  private volatile int status;
  private Settings settings;
  private Database database;

  @BeforeEach
  void receive() throws IOException {
    heard.set(0);
    status = 200;
    putTenant("{\"tenant_id\":\"acme\"}");
    putTenant("{\"tenant_id\":\"globex\"}");
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          heard.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    receiver.start();
    settings =
        Settings.of(
            Map.of(
                "PERDURA_SEALING_KEYS",
                SEAL,
                "PERDURA_OUTBOUND_ALLOW",
                origin(),
                "INCIDENT_BUNDLE_SIGNING_KEY",
                "signing-key"));
    database = new Database(dataSource());
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private String origin() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort();
  }

  private static Map<String, String> given(String... namesAndValues) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return given;
  }

  private static JobResult run(ReportWork job, String... namesAndValues) throws Exception {
    return job.run(job.definition().check(given(namesAndValues)), JobProgress.unwatched());
  }

  private KeyRotationJob rotation() {
    return new KeyRotationJob(new KeyReport(database, CLOCK));
  }

  private AlertDispatchJob dispatch() {
    AlertSender sender =
        new AlertSender(
            jpa, new Sealer(settings), new OutboundClient(new Outbound(settings), settings), CLOCK);
    return new AlertDispatchJob(
        database,
        sender,
        new KeyReport(database, CLOCK),
        new KeyUsage(database, settings, CLOCK),
        new IncidentReports(database, CLOCK),
        CLOCK);
  }

  private IncidentService incidents() {
    return new IncidentService(
        jpa,
        database,
        new Outbound(settings, host -> new InetAddress[] {InetAddress.getByName("8.8.8.8")}),
        CLOCK);
  }

  private void route(String more) {
    AlertService alerts = new AlertService(jpa, new Sealer(settings), new Outbound(settings));
    alerts.create(
        alerts.read(
            Jsons.stored(
                ("{'tenant_id':'acme','channel':'webhook','target':'"
                        + origin()
                        + "/x'"
                        + more
                        + "}")
                    .replace('\'', '"'))),
        ADMIN);
  }

  private void requests(String tenant, String key, int hoursAgo, int count, int code, int latency)
      throws SQLException {
    sql(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, api_key_prefix, created_at) select '"
            + tenant
            + "', 's', 'recall', "
            + code
            + ", "
            + latency
            + " + i % 3, '"
            + key
            + "', now() - interval '"
            + hoursAgo
            + " hours' from generate_series(1, "
            + count
            + ") i");
  }

  @Test
  void oldKeysFailTheRotationWhenItIsStrict() throws Exception {
    createKey("{\"tenant_id\":\"acme\"}");
    createKey("{\"tenant_id\":\"globex\"}");
    sql(
        "update control_api_keys set created_at = now() - interval '31 days' where tenant_id = 'acme'");
    sql(
        "update control_api_keys set created_at = now() - interval '22 days' where tenant_id = 'globex'");

    JobResult all = run(rotation(), "strict", "true");

    assertThat(all.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(all.body().get("stale_count").intValue()).isEqualTo(1);
    assertThat(all.body().get("warning_count").intValue()).isEqualTo(1);
    assertThat(all.body().get("tenants_without_recent_rotation").intValue()).isEqualTo(2);
    assertThat(run(rotation()).verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(run(rotation(), "tenant-id", "globex", "strict", "true").verdict())
        .isEqualTo(JobResult.Verdict.PASSED);
    assertThatThrownBy(() -> run(rotation(), "warn-age-days", "40"))
        .hasMessage("warn-age-days must not be above max-age-days");
  }

  @Test
  void aKeyThatIsUsedUnlikeBeforeIsAnAnomaly() throws Exception {
    requests("acme", "pk_a", 100, 144, 200, 10);
    requests("acme", "pk_a", 1, 60, 200, 30);
    requests("acme", "pk_b", 100, 144, 200, 10);
    requests("acme", "pk_b", 1, 30, 200, 10);

    JobResult result =
        run(
            new KeyUsageJob(new KeyUsage(database, settings, CLOCK), settings),
            "tenant-id",
            "acme",
            "strict",
            "true");

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(result.body().at("/anomalies/count").intValue()).isEqualTo(1);
    JsonNode anomaly = result.body().at("/anomalies/sample/0");
    assertThat(anomaly.get("api_key_prefix").textValue()).isEqualTo("pk_a");
    // expected 144 * 24 / 144 = 24 requests, 60 came; 20 ms slower, of a deviation of sqrt(2/3) =
    // 0.816497
    assertThat(anomaly.at("/anomaly/traffic_ratio").doubleValue()).isEqualTo(2.5);
    assertThat(anomaly.at("/anomaly/latency_zscore").doubleValue()).isEqualTo(24.494897);
    assertThat(anomaly.at("/anomaly/reasons").toString())
        .isEqualTo("[\"request_spike\",\"latency_regression\"]");
  }

  @Test
  void oldTelemetryGoesInBatchesAndARunThatEndsEarlySaysSo() throws Exception {
    requests("acme", "pk", 100, 25, 200, 1);
    requests("globex", "pk", 100, 5, 200, 1);
    requests("acme", "pk", 1, 3, 200, 1);
    PagedWork job = new TelemetryRetentionJob(settings);
    Map<String, String> wish =
        given("older-than-hours", "50", "batch-limit", "10", "tenant-id", "acme");

    Map<String, String> dry = new HashMap<>(wish);
    dry.put("dry-run", "true");
    assertThat(JobLoop.run(job, database, dry).body().get("candidate_rows").intValue())
        .isEqualTo(25);
    Map<String, String> once = new HashMap<>(wish);
    once.putAll(Map.of("max-passes", "1", "strict", "true"));
    JobResult early = JobLoop.run(job, database, once);
    JobResult rest = JobLoop.run(job, database, wish);

    assertThat(early.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(early.body().get("reached_pass_limit").booleanValue()).isTrue();
    assertThat(rest.body().get("total_deleted").intValue()).isEqualTo(15);
    assertThat(rest.body().get("passes").intValue()).isEqualTo(2);
    assertThat(
            text(
                "select string_agg(tenant_id || n, ' ' order by tenant_id) from (select tenant_id, count(*) n from memory_request_telemetry group by 1) x"))
        .isEqualTo("acme3 globex5");
  }

  @Test
  void theSeriesIsWrittenDownForMachinesAndPeople() throws Exception {
    requests("acme", "pk", 1, 3, 200, 10);
    requests("acme", "pk", 1, 1, 503, 10);

    JsonNode body =
        run(
                new TimeSeriesJob(new TimeSeries(database, settings, CLOCK), reports, settings),
                "tenant-id",
                "acme")
            .body();

    assertThat(body.at("/report/budget/0/error_rate").doubleValue()).isEqualTo(0.25);
    assertThat(body.get("report_markdown").textValue())
        .contains("# Requests of acme", "| recall | 4 | 1 | 0 | 1 | 0.25 |");
    assertThat(body.at("/dashboard/tenant_id").textValue()).isEqualTo("acme");
  }

  @Test
  void anAlertIsSentOnceInAWhileAndAgainAfterAFailure() throws Exception {
    createKey("{\"tenant_id\":\"acme\"}");
    sql("update control_api_keys set created_at = now() - interval '40 days'");
    route(",'events':['key_rotation_sla_failed']");
    route(",'metadata':{'quiet_windows':[{'start':'00:00','end':'00:00'}]}");

    JsonNode dry = run(dispatch(), "dry-run", "true").body();
    assertThat(dry.at("/events_detected/0/severity").textValue()).isEqualTo("critical");
    assertThat(dry.at("/delivery/rows").findValuesAsText("status"))
        .containsExactly("would_send", "skipped");
    assertThat(text("select count(*) from control_alert_deliveries")).isEqualTo("0");

    status = 500;
    JobResult failed = run(dispatch(), "strict", "true");
    status = 200;
    JsonNode sent = run(dispatch()).body();
    JsonNode again = run(dispatch()).body();

    assertThat(failed.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(sent.at("/delivery/sent").intValue()).isEqualTo(1);
    assertThat(again.at("/delivery/skipped").intValue()).isEqualTo(2);
    assertThat(heard).hasValue(2);
    assertThat(
            text(
                "select string_agg(distinct error, ' ' order by error) from control_alert_deliveries where status = 'skipped'"))
        .isEqualTo("deduplicated quiet_window");
    assertThat(run(dispatch(), "event-types", "key_usage_anomaly").body().get("events_detected"))
        .isEmpty();
    assertThatThrownBy(() -> run(dispatch(), "event-types", "weather"))
        .hasMessageContaining("event-types must be of");
  }

  private Path program(String script) throws IOException {
    Path file = directory.resolve("publish");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }

  private IncidentWorkerJob worker(Path program) {
    Settings own =
        program == null
            ? settings
            : settings.with(Map.of("PERDURA_INCIDENT_PUBLISH_COMMAND", program.toString()));
    return new IncidentWorkerJob(new IncidentQueue(database), new IncidentPublisher(own), CLOCK);
  }

  private void enqueue(String run) throws Exception {
    run(
        new IncidentEnqueueJob(incidents(), settings, CLOCK),
        "tenant-id",
        "acme",
        "run-id",
        run,
        "source-dir",
        "/var/incidents/" + run,
        "target",
        "s3://bucket/" + run,
        "max-attempts",
        "2");
  }

  @Test
  void aQueuedBundleIsPublishedOnceByTheOperatorsProgram() throws Exception {
    enqueue("r1");
    enqueue("r1");

    JobResult done = run(worker(program("echo working; echo \"published://$4/$3\"")));

    assertThat(done.body().get("processed").intValue()).isEqualTo(1);
    assertThat(done.body().at("/rows/0/published_uri").textValue())
        .isEqualTo("published://r1/acme");
    assertThat(text("select status || ' ' || published_uri from control_incident_publish_jobs"))
        .isEqualTo("succeeded published://r1/acme");
    assertThatThrownBy(() -> run(worker(null)))
        .hasMessageContaining("PERDURA_INCIDENT_PUBLISH_COMMAND is not set");
  }

  @Test
  void whatFailsIsTriedAgainLaterThenDeadAndReplayedOnDemand() throws Exception {
    enqueue("r1");
    Path program = program("echo no bucket; exit 3");

    JobResult failed = run(worker(program), "strict", "true");
    assertThat(failed.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(failed.body().at("/rows/0/error").textValue())
        .isEqualTo("the program ended with status 3");
    assertThat(run(worker(program)).body().get("processed").intValue()).isZero();
    assertThat(
            text(
                "select round(extract(epoch from next_attempt_at - now()) / 10) from control_incident_publish_jobs"))
        .isEqualTo("3");
    sql("update control_incident_publish_jobs set next_attempt_at = now()");
    assertThat(run(worker(program)).body().at("/rows/0/status").textValue())
        .isEqualTo("dead_letter");

    IncidentReplayJob replay = new IncidentReplayJob(incidents());
    assertThat(run(replay, "tenant-id", "globex", "strict", "true").verdict())
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(
            run(replay, "tenant-id", "acme", "dry-run", "true")
                .body()
                .get("candidate_count")
                .intValue())
        .isEqualTo(1);
    assertThat(run(replay, "tenant-id", "acme").body().get("replayed_count").intValue())
        .isEqualTo(1);
    assertThat(text("select status || attempts from control_incident_publish_jobs"))
        .isEqualTo("pending0");
    assertThatThrownBy(() -> run(replay)).hasMessage("give tenant-id or ids, or all-tenants=true");
  }

  @Test
  void aPublishJobOfAWorkerThatDiedIsTakenAgain() throws Exception {
    enqueue("r1");
    new IncidentQueue(database).claim("dead", null, java.time.Duration.ofSeconds(60));
    Path program = program("echo ok");
    assertThat(run(worker(program)).body().get("processed").intValue()).isZero();

    sql("update control_incident_publish_jobs set lease_until = now() - interval '1 second'");

    assertThat(run(worker(program)).body().get("succeeded").intValue()).isEqualTo(1);
  }
}
