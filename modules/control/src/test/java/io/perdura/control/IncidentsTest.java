package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.Admin;
import io.perdura.access.AdminRole;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IncidentsTest extends ControlPlaneSuite {
  private static final Duration LEASE = Duration.ofSeconds(60);

  private IncidentService incidents;
  private IncidentQueue queue;
  private IncidentReports incidentReports;

  @BeforeEach
  void prepare() {
    Database database = new Database(dataSource());
    Outbound outbound =
        new Outbound(
            Settings.of(Map.of()), host -> new InetAddress[] {InetAddress.getByName("8.8.8.8")});
    incidents = new IncidentService(jpa, database, outbound, Clock.systemUTC());
    queue = new IncidentQueue(database);
    incidentReports = new IncidentReports(database, Clock.systemUTC());
    putTenant("{\"tenant_id\":\"t1\"}");
    putTenant("{\"tenant_id\":\"t2\"}");
  }

  private JsonNode enqueue(String tenant, String run, String source, String target) {
    String body =
        Jsons.text(
            Jsons.object()
                .put("tenant_id", tenant)
                .put("run_id", run)
                .put("source_dir", source)
                .put("target", target));
    return incidents.enqueue(incidents.read(Jsons.stored(body)), ADMIN).get("job");
  }

  private JsonNode replay(String body) {
    return incidents.replay(ReplayRequest.read(Jsons.stored(body.replace('\'', '"'))), ADMIN);
  }

  @Test
  void aJobIsShownWithAllItsColumns() {
    JsonNode job = enqueue("t1", "r", "/a//b/", "S3://Bucket/x");
    assertThat(names(job))
        .containsExactly(
            "id",
            "tenant_id",
            "run_id",
            "source_dir",
            "target",
            "status",
            "attempts",
            "max_attempts",
            "next_attempt_at",
            "locked_at",
            "locked_by",
            "published_uri",
            "last_error",
            "last_response",
            "metadata",
            "created_at",
            "updated_at");
    assertThat(job.get("source_dir").asText()).isEqualTo("/a/b");
    assertThat(job.get("target").asText()).isEqualTo("s3://Bucket/x");
    assertThat(job.get("status").asText()).isEqualTo("pending");
    assertThat(job.get("max_attempts").asInt()).isEqualTo(5);
    assertThat(job.get("last_response").toString()).isEqualTo("{}");
    assertThat(job.get("next_attempt_at").asText()).matches(TIME);
    assertThat(incidents.jobs(query("tenant_id", "t1"), ADMIN).get("jobs").get(0)).isEqualTo(job);
    assertThat(incidents.jobs(query("status", "failed"), ADMIN).get("jobs")).isEmpty();
  }

  @Test
  void theSameBundleToTheSamePlaceIsOneJob() {
    JsonNode first = enqueue("t1", "r", "/a", "s3://b/x");
    assertThat(enqueue("t1", "r", "/a/", "S3://b/x")).isEqualTo(first);
    refuses(409, "incident_publish_conflict", () -> enqueue("t1", "r", "/other", "s3://b/x"));
    assertThat(enqueue("t2", "r", "/a", "s3://b/x").get("id")).isNotEqualTo(first.get("id"));
    assertThat(
            tenants.auditEvents(query("action", "incident_publish.enqueue"), ADMIN).get("events"))
        .hasSize(2);
  }

  @Test
  void sourcesAndTargetsAreHeldToTheirRules() {
    for (String source :
        List.of(" ", "relative", "/", "//", "/a/../b", "/a/./b", "/a\\b", "s3://x/y", "/a\u0001")) {
      refuses(
          400, "invalid_incident_publish_source_dir", () -> enqueue("t1", "r", source, "ftp://x"));
    }
    for (String target :
        List.of(
            "ftp://x/y",
            "/x",
            "./x",
            "../x",
            "~/x",
            "s3:x",
            "s3://",
            "s3://u:p@b/x",
            "s3://u@b/x",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://u@h.example/",
            "bucket",
            "gs:///x",
            "s3://b\\x",
            "abfs://c:pw@acc/x")) {
      refuses(400, "invalid_incident_publish_target", () -> enqueue("t1", "r", "/a", target));
    }
    for (String target :
        List.of(
            "arn:aws:s3:::bucket/x",
            "abfs://container@account.dfs.core.windows.net/x",
            "gs://b/x",
            "az://b/x",
            "oci://b",
            "https:h.example/x")) {
      assertThat(enqueue("t1", target, "/a", target).get("status").asText()).isEqualTo("pending");
    }
    refuses(404, "not_found", () -> enqueue("nobody", "r", "/a", "s3://b/x"));
  }

  @Test
  void aJobIsTakenOnceAndSettledOnce() {
    enqueue("t1", "r", "/a", "s3://b/x");
    IncidentQueue.Claim claim = queue.claim("w1", null, LEASE).orElseThrow();
    assertThat(claim.attempt()).isEqualTo(1);
    assertThat(claim.sourceDir()).isEqualTo("/a");
    assertThat(queue.claim("w2", null, LEASE)).isEmpty();
    assertThat(queue.renew(claim, LEASE)).isTrue();
    JsonNode working = incidents.jobs(ALL, ADMIN).at("/jobs/0");
    assertThat(working.get("status").asText()).isEqualTo("processing");
    assertThat(working.get("locked_by").asText()).isEqualTo("w1");
    assertThat(queue.succeed(claim, "s3://b/x/r.tgz", Jsons.object().put("etag", "e"))).isTrue();
    assertThat(queue.succeed(claim, "again", Jsons.object())).isFalse();
    JsonNode done = incidents.jobs(ALL, ADMIN).at("/jobs/0");
    assertThat(done.get("status").asText()).isEqualTo("succeeded");
    assertThat(done.get("published_uri").asText()).isEqualTo("s3://b/x/r.tgz");
    assertThat(done.get("locked_by").isNull()).isTrue();
  }

  @Test
  void aDeadWorkersJobGoesToTheNextAndTheDeadOneSettlesNothing() throws SQLException {
    enqueue("t1", "r", "/a", "s3://b/x");
    IncidentQueue.Claim dead = queue.claim("w1", null, LEASE).orElseThrow();
    sql("update control_incident_publish_jobs set lease_until = now() - interval '1 second'");
    assertThat(queue.renew(dead, LEASE)).isFalse();
    IncidentQueue.Claim next = queue.claim("w2", "t1", LEASE).orElseThrow();
    assertThat(next.fence()).isGreaterThan(dead.fence());
    assertThat(queue.succeed(dead, "stale", Jsons.object())).isFalse();
    assertThat(queue.fail(dead, "stale", Jsons.object(), LEASE)).isFalse();
    assertThat(queue.succeed(next, "uri", Jsons.object())).isTrue();
  }

  @Test
  void failuresWaitAndEndAsDeadLetters() throws SQLException {
    enqueue("t1", "r", "/a", "s3://b/x");
    sql("update control_incident_publish_jobs set max_attempts = 2");
    IncidentQueue.Claim first = queue.claim("w", null, LEASE).orElseThrow();
    assertThat(queue.fail(first, "no route", Jsons.object().put("code", 5), Duration.ofMinutes(1)))
        .isTrue();
    assertThat(queue.claim("w", null, LEASE)).as("it waits").isEmpty();
    sql("update control_incident_publish_jobs set next_attempt_at = now()");
    queue.fail(
        queue.claim("w", null, LEASE).orElseThrow(), "x".repeat(5_000), Jsons.object(), LEASE);
    JsonNode job = incidents.jobs(query("status", "dead_letter"), ADMIN).at("/jobs/0");
    assertThat(job.get("attempts").asInt()).isEqualTo(2);
    assertThat(job.get("last_error").asText()).hasSize(2_000);
  }

  @Test
  void aWorkerThatDiesInTheLastAttemptLeavesADeadLetter() throws SQLException {
    enqueue("t1", "r", "/a", "s3://b/x");
    sql("update control_incident_publish_jobs set max_attempts = 1");
    assertThat(queue.claim("w", null, LEASE)).isPresent();
    sql("update control_incident_publish_jobs set lease_until = now() - interval '1 second'");
    assertThat(queue.claim("w", null, LEASE)).isEmpty();
    assertThat(incidents.jobs(query("status", "dead_letter"), ADMIN).get("jobs")).hasSize(1);
  }

  @Test
  void replayIsPreviewedThenDone() throws SQLException {
    for (String run : List.of("r1", "r2", "r3")) {
      enqueue("t1", run, "/a", "s3://b/x");
    }
    enqueue("t2", "r", "/a", "s3://b/x");
    sql(
        "update control_incident_publish_jobs set status = 'failed', attempts = 5, last_error = 'e' where run_id <> 'r3'");

    JsonNode preview = replay("{'tenant_id':'t1','dry_run':true}");
    assertThat(preview.get("replayed_count").asInt()).isZero();
    assertThat(preview.get("candidate_count").asInt()).isEqualTo(2);
    assertThat(preview.at("/jobs_sample/0/status").asText()).isEqualTo("failed");

    JsonNode done = replay("{'tenant_id':'t1','limit':1,'reset_attempts':false,'reason':'fixed'}");
    assertThat(names(done))
        .containsExactly("ok", "dry_run", "replayed_count", "candidate_count", "jobs_sample");
    assertThat(done.get("replayed_count").asInt()).isEqualTo(1);
    JsonNode row = done.at("/jobs_sample/0");
    assertThat(names(row))
        .containsExactly(
            "id",
            "tenant_id",
            "run_id",
            "status",
            "attempts",
            "max_attempts",
            "target",
            "next_attempt_at",
            "updated_at");
    assertThat(row.get("run_id").asText()).isEqualTo("r1");
    assertThat(row.get("status").asText()).isEqualTo("pending");
    assertThat(row.get("attempts").asInt()).isEqualTo(4);
    assertThat(row.get("updated_at").asText()).matches(TIME);
    assertThat(
            text(
                "select metadata ->> 'replay_reason' from control_incident_publish_jobs where run_id = 'r1'"))
        .isEqualTo("fixed");

    refuses(400, "invalid_request", () -> replay("{}"));
    assertThat(
            replay("{'allow_all_tenants':true,'statuses':['failed']}")
                .get("replayed_count")
                .asInt())
        .isEqualTo(2);
    JsonNode event =
        tenants.auditEvents(query("action", "incident_publish.replay"), ADMIN).at("/events/0");
    assertThat(event.get("resource_id").asText()).startsWith("all:");
    assertThat(event.at("/details/sample_job_ids")).hasSize(2);
    assertThat(event.at("/details/reason").asText()).isEqualTo("manual_replay");
  }

  @Test
  void aReplayStaysInsideItsTenants() throws SQLException {
    JsonNode mine = enqueue("t1", "r", "/a", "s3://b/x");
    JsonNode theirs = enqueue("t2", "r", "/a", "s3://b/x");
    sql("update control_incident_publish_jobs set status = 'failed'");
    Actor limited = new Actor(new Admin("c", AdminRole.OPERATOR, Set.of("t1")), "r");
    String ids = "{\"ids\":[" + mine.get("id") + "," + theirs.get("id") + "]}";
    JsonNode done = incidents.replay(ReplayRequest.read(Jsons.stored(ids)), limited);
    assertThat(done.get("jobs_sample").findValuesAsText("tenant_id")).containsExactly("t1");
    refuses(
        403,
        "forbidden_admin",
        () ->
            incidents.replay(ReplayRequest.read(Jsons.stored("{\"tenant_id\":\"t2\"}")), limited));
  }

  @Test
  void theRollupCountsJobsAndReplays() throws SQLException {
    enqueue("t1", "r1", "/a", "s3://b/x");
    enqueue("t1", "r2", "/a", "s3://b/x");
    enqueue("t2", "r1", "/a", "s3://b/x");
    sql(
        "update control_incident_publish_jobs set status = 'dead_letter', last_error = 'e' where run_id = 'r2'");
    replay("{'tenant_id':'t1','dry_run':true}");
    JsonNode rollup = incidentReports.rollup("t1", ALL, ADMIN).get("rollup");
    assertThat(names(rollup))
        .containsExactly(
            "ok", "tenant_id", "window_hours", "generated_at", "jobs", "replay", "failed_sample");
    assertThat(rollup.get("jobs").toString())
        .isEqualTo(
            "{\"total\":2,\"status_counts\":{\"dead_letter\":1,\"pending\":1},\"failed_or_dead_letter\":1}");
    assertThat(rollup.get("replay").toString())
        .isEqualTo(
            "{\"replay_events\":0,\"preview_events\":1,\"replayed_count\":0,\"candidate_count\":1}");
    assertThat(rollup.get("failed_sample")).hasSize(1);
    assertThat(names(rollup.at("/failed_sample/0")))
        .containsExactly(
            "id",
            "run_id",
            "status",
            "attempts",
            "max_attempts",
            "target",
            "last_error",
            "updated_at");
    JsonNode none = incidentReports.rollup("nobody", ALL, ADMIN).get("rollup");
    assertThat(none.at("/jobs/total").asInt()).isZero();
  }

  @Test
  void degradationIsMeasuredAgainstWhatWasUsual() throws SQLException {
    jobs("now() - interval '1 hour'", 30, 10);
    jobs("now() - interval '100 hours'", 95, 5);
    JsonNode report = incidentReports.slo("t1", ALL, ADMIN).get("report");
    assertThat(names(report))
        .containsExactly(
            "ok",
            "tenant_id",
            "generated_at",
            "snapshot",
            "thresholds",
            "metrics",
            "degraded",
            "severity",
            "warning_signals",
            "critical_signals");
    assertThat(report.at("/metrics/current").toString())
        .isEqualTo(
            "{\"succeeded\":30,\"failed\":10,\"dead_letter\":0,\"total_processed\":40,\"failure_rate\":0.25,\"dead_letter_rate\":0}");
    assertThat(report.at("/metrics/baseline/failure_rate").asDouble()).isEqualTo(0.05);
    assertThat(report.at("/thresholds/failure_rate_threshold").asDouble()).isEqualTo(0.1);
    assertThat(report.get("severity").asText()).isEqualTo("critical");
    assertThat(report.get("warning_signals").toString())
        .isEqualTo("[\"failure_rate_above_threshold\"]");
    assertThat(report.get("critical_signals").toString())
        .isEqualTo("[\"failure_rate_far_above_threshold\"]");

    JsonNode calm = incidentReports.slo("t1", query("min_jobs", "41"), ADMIN).get("report");
    assertThat(calm.get("degraded").booleanValue()).isFalse();
    assertThat(calm.get("severity").isNull()).isTrue();
    JsonNode clamped =
        incidentReports
            .slo(
                "t1",
                ListQuery.of(
                    Map.of("window_hours", List.of("9000"), "baseline_hours", List.of("1"))),
                ADMIN)
            .at("/report/snapshot");
    assertThat(clamped.get("window_hours").asInt()).isEqualTo(8_760);
  }

  private void jobs(String at, int succeeded, int failed) throws SQLException {
    sql(
        "alter table control_incident_publish_jobs disable trigger control_incident_publish_jobs_touch");
    sql(
        "insert into control_incident_publish_jobs (tenant_id, run_id, source_dir, target, status, updated_at)"
            + " select 't1', gen_random_uuid()::text, '/a', 's3://b/x', case when i <= "
            + succeeded
            + " then 'succeeded' else 'failed' end, "
            + at
            + " from generate_series(1, "
            + (succeeded + failed)
            + ") i");
    sql(
        "alter table control_incident_publish_jobs enable trigger control_incident_publish_jobs_touch");
  }
}
