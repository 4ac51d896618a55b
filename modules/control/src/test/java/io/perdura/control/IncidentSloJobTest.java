package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.JobResult;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

/** The verdict on the publishing of incidents, and the alert that goes with it. */
@Timeout(60)
class IncidentSloJobTest extends ControlPlaneSuite {
  private static final Clock CLOCK = Clock.systemUTC();

  private final AtomicInteger heard = new AtomicInteger();
  private HttpServer receiver;
  private Settings settings;
  private Database database;

  @BeforeEach
  void receive() throws IOException {
    heard.set(0);
    putTenant("{\"tenant_id\":\"acme\"}");
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          heard.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    String origin = "http://127.0.0.1:" + receiver.getAddress().getPort();
    settings =
        Settings.of(
            Map.of(
                "PERDURA_SEALING_KEYS",
                Base64.getEncoder().encodeToString(new byte[32]),
                "PERDURA_OUTBOUND_ALLOW",
                origin));
    database = new Database(dataSource());
    AlertService alerts = new AlertService(jpa, new Sealer(settings), new Outbound(settings));
    alerts.create(
        alerts.read(
            Jsons.object()
                .put("tenant_id", "acme")
                .put("channel", "webhook")
                .put("target", origin + "/x")),
        ADMIN);
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private JobResult run(String... namesAndValues) throws Exception {
    Map<String, String> given = new HashMap<>(Map.of("tenant-id", "acme", "strict", "true"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    AlertSender sender =
        new AlertSender(
            jpa, new Sealer(settings), new OutboundClient(new Outbound(settings), settings), CLOCK);
    return JobLoop.run(
        new IncidentSloJob(new IncidentReports(database, CLOCK), sender, settings), given);
  }

  private void jobs(String status, int count) throws SQLException {
    sql(
        "insert into control_incident_publish_jobs (tenant_id, run_id, source_dir, target, status)"
            + " select 'acme', gen_random_uuid()::text, '/a', 's3://b/x', '"
            + status
            + "' from generate_series(1, "
            + count
            + ")");
  }

  @Test
  void publishingThatIsWellPassesAndTellsNobody() throws Exception {
    jobs("succeeded", 30);

    JobResult result = run("alert", "true");

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(result.body().get("ok").booleanValue()).isTrue();
    assertThat(result.body().get("severity").isNull()).isTrue();
    assertThat(result.body().at("/report/metrics/current/succeeded").intValue()).isEqualTo(30);
    assertThat(result.body().at("/alert/rows")).isEmpty();
    assertThat(heard).hasValue(0);
  }

  @Test
  void degradationFailsTheStrictRunAndNamesItsSignals() throws Exception {
    jobs("succeeded", 30);
    jobs("failed", 2);
    assertThat(run().verdict()).as("6.25 % above 5 %").isEqualTo(JobResult.Verdict.FAILED_GATE);
    jobs("dead_letter", 21);

    JsonNode body = run().body();

    assertThat(body.get("ok").booleanValue()).isFalse();
    assertThat(body.get("degraded").booleanValue()).isTrue();
    assertThat(body.get("severity").textValue()).isEqualTo("critical");
    assertThat(body.get("warning_signals").toString())
        .isEqualTo(
            "[\"failure_rate_above_threshold\",\"dead_letter_rate_above_threshold\",\"dead_letter_backlog_above_threshold\"]");
    assertThat(body.get("critical_signals").toString())
        .isEqualTo(
            "[\"failure_rate_far_above_threshold\",\"dead_letter_rate_far_above_threshold\"]");
    assertThat(run("strict", "false").verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(heard).as("no alert was asked for").hasValue(0);
  }

  @Test
  void theThresholdsAreTheOperators() throws Exception {
    jobs("succeeded", 20);
    jobs("failed", 5);

    assertThat(run("failure-rate-floor", "0.2").verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(run("min-jobs", "26").verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(run("min-jobs", "25").body().get("severity").textValue()).isEqualTo("critical");
    assertThat(
            run("min-jobs", "26", "backlog-warning-abs", "4")
                .body()
                .get("warning_signals")
                .toString())
        .isEqualTo("[\"open_backlog_above_threshold\"]");
  }

  @Test
  void anAlertIsSentOnceInAWhileAndNotInADryRun() throws Exception {
    jobs("dead_letter", 60);

    JobResult dry = run("alert", "true", "dry-run", "true");
    assertThat(dry.body().at("/alert/rows/0/status").textValue()).isEqualTo("would_send");
    assertThat(heard).hasValue(0);
    assertThat(text("select count(*) from control_alert_deliveries")).isEqualTo("0");

    JobResult sent = run("alert", "true");
    JobResult again = run("alert", "true");

    assertThat(sent.body().at("/alert/rows/0/status").textValue()).isEqualTo("sent");
    assertThat(sent.body().at("/alert/rows/0/event_type").textValue())
        .isEqualTo("incident_publish_slo_degraded");
    assertThat(again.body().at("/alert/rows/0/status").textValue()).isEqualTo("skipped");
    assertThat(again.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(heard).hasValue(1);
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> run("baseline-hours", "24"))
        .hasMessage("baseline-hours must be above window-hours");
    assertThatThrownBy(() -> run("dead-letter-backlog-warning-abs", "60"))
        .hasMessageContaining("dead-letter-backlog-critical-abs must not be below");
  }
}
