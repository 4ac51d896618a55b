package io.perdura.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.service.FakeService;
import io.perdura.cli.service.FakeService.Answer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCommandTest {
  private static final String SCHEDULE =
      "{'id':'s1','name':'nightly','job':'check','parameters':{'scope':'a'},'cron':'0 3 * * *','interval_seconds':null,"
          + "'time_zone':'UTC','missed_fire':'once','enabled':true,'version':4,'next_fire_at':'2026-11-22T03:00:00Z'}";

  private final TestConsole console = new TestConsole();
  private final AtomicReference<JsonNode> asked = new AtomicReference<>();

  @TempDir Path temp;
  private FakeService service;

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
    service.on(
        "GET /v1/admin/control/jobs",
        body ->
            Answer.ok(
                "{'jobs':[{'name':'check','purpose':'Looks.','changes_data':false,'parameters':[{'name':'scope','type':'text','default':null,'purpose':'Where.'},"
                    + "{'name':'mode','type':'choice','default':'full','choices':['full','fast'],'purpose':'How.'}]}]}"));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private int job(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("job"));
    all.addAll(List.of(arguments));
    all.addAll(service.flags(temp));
    return Main.run(console.console(), all.toArray(String[]::new));
  }

  private void runs(String state, String verdict) {
    AtomicInteger looks = new AtomicInteger();
    service.on(
        "POST /v1/admin/control/jobs/check/runs",
        body -> {
          asked.set(body);
          return new Answer(202, "{\"run\":{\"run_id\":\"r1\",\"state\":\"queued\"}}");
        });
    service.on(
        "GET /v1/admin/control/job-runs/r1",
        body -> {
          String now = looks.getAndIncrement() == 0 ? "running" : state;
          String value = now.equals("running") ? "null" : "'" + verdict + "'";
          return Answer.ok(
              "{'run':{'run_id':'r1','job':'check','state':'"
                  + now
                  + "','verdict':"
                  + value
                  + ",'started_at':'2026-11-21T15:02:04Z','ended_at':'2026-11-21T15:02:06.500Z','parameters':{'scope':'a b','mode':'full'},'result':{'ok':true},'progress':{'items':5,'total':10,'rate_per_second':2.5,'eta_seconds':2}}}");
        });
    service.on("GET /v1/admin/control/job-runs/r1/result", body -> Answer.ok("{'ok':true}"));
  }

  @Test
  void jobsAreATable() throws IOException {
    assertThat(job("list")).isZero();
    assertThat(console.out()).contains("JOB", "check  no", "Looks.");
    assertThat(job("list", "check")).isZero();
    assertThat(console.out()).contains("--mode", "full|fast", "How.");
  }

  @Test
  void theHelpOfANamedJobHasItsParameters() throws IOException {
    assertThat(job("run", "check", "--help")).isZero();
    assertThat(console.out())
        .contains("check: Looks.", "It changes nothing.", "--mode", "full|fast");
    assertThat(job("run", "nothing", "--help")).isZero();
    assertThat(console.out()).contains("There is no job nothing");
    service.close();
    assertThat(job("run", "check", "--help")).as("help needs no service").isZero();
    assertThat(console.out()).contains("are the service's to tell");
  }

  @Test
  void aRunIsStartedWithItsParametersAndWatched() throws IOException {
    runs("succeeded", "PASSED");
    assertThat(job("run", "check", "--scope", "a b", "--dry-run", "--mode=fast", "--why", "try"))
        .isZero();
    assertThat(asked.get().get("parameters").toString())
        .isEqualTo("{\"scope\":\"a b\",\"dry-run\":\"true\",\"mode\":\"fast\"}");
    assertThat(asked.get().get("reason").asText()).isEqualTo("try");
    assertThat(console.out())
        .contains("check: PASSED after 2.5 s", "items          5", "--scope a b")
        .as("what is so by default")
        .doesNotContain("--mode full");
  }

  @Test
  void theVerdictIsTheExitCode() throws IOException {
    runs("succeeded", "FAILED_GATE");
    assertThat(job("run", "check", "--json")).isEqualTo(Main.NEGATIVE);
    JsonNode printed = Jsons.MAPPER.readTree(console.out());
    assertThat(printed.at("/result/ok").asBoolean()).isTrue();
    assertThat(printed.get("run").has("result")).as("the result twice").isFalse();
  }

  @Test
  void aFailedRunIsExitOne() throws IOException {
    runs("failed", "");
    assertThat(job("run", "check")).isEqualTo(Main.FAILED);
  }

  @Test
  void theServicesFaultsAreShown() throws IOException {
    service.on(
        "POST /v1/admin/control/jobs/check/runs",
        body ->
            new Answer(
                400,
                "{\"error\":\"invalid_parameters\",\"message\":\"unknown parameter x; mode must be one of full, fast\"}"));
    assertThat(job("run", "check", "--x", "1")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("unknown parameter x; mode must be one of full, fast");
  }

  @Test
  void aRunThatIsUnderWayAlreadyIsNamed() throws IOException {
    service.on(
        "POST /v1/admin/control/jobs/check/runs",
        body ->
            new Answer(
                409,
                "{\"error\":\"already_running\",\"message\":\"check is running already\",\"details\":{\"run_id\":\"r9\"}}"));
    assertThat(job("run", "check")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("perdura job watch r9");
  }

  @Test
  void aRunThatNobodyTakesIsRemarkedOn() throws IOException {
    runs("succeeded", "PASSED");
    AtomicInteger looks = new AtomicInteger();
    service.on(
        "GET /v1/admin/control/job-runs/r1",
        body ->
            Answer.ok(
                "{'run':{'run_id':'r1','job':'check','created_at':'2026-01-01T00:00:00Z','state':'"
                    + (looks.getAndIncrement() < 2 ? "queued" : "succeeded")
                    + "','verdict':'PASSED'}}"));
    assertThat(job("run", "check")).isZero();
    assertThat(console.err()).containsOnlyOnce("it waits in the queue");
  }

  @Test
  void theProgressOfARunIsABarWhereItsEndIsKnown() {
    JsonNode run =
        Jsons.stored(
            "{\"progress\":{\"items\":5,\"total\":10,\"rate_per_second\":2.5,\"eta_seconds\":75}}");
    assertThat(JobText.progress(run))
        .isEqualTo("[############............]  50% 5 of 10 items, 2.5/s, 1 min 15 s left");
  }

  @Test
  void theHistoryIsATable() throws IOException {
    service.on(
        "GET /v1/admin/control/job-runs",
        body ->
            Answer.ok(
                "{'runs':[{'run_id':'r1','job':'check','state':'succeeded','verdict':'FAILED_GATE','created_at':'2026-11-21T15:02:04.928Z',"
                    + "'node':'n1','progress':{'items':5,'total':10}},{'run_id':'r2','job':'check','state':'running'}]}"));
    assertThat(job("history")).isZero();
    assertThat(console.out())
        .contains(
            "r1   check  FAILED_GATE  2026-11-21T15:02:04Z  5/10   n1", "r2   check  running");
  }

  @Test
  void aWordThatIsNoParameterIsWrongUsage() throws IOException {
    assertThat(job("run", "check", "scope", "a")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("\"scope\" is not");
  }

  @Test
  void aServiceThatIsAwayIsOneSentence() throws IOException {
    service.close();
    assertThat(job("list")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("does not answer").hasLineCount(1);
  }

  @Test
  void schedulesAreAddedChangedAndRemoved() throws IOException {
    service.on(
        "GET /v1/admin/control/job-schedules",
        body -> Answer.ok("{'schedules':[" + SCHEDULE + "]}"));
    service.on(
        "POST /v1/admin/control/job-schedules",
        body -> {
          asked.set(body);
          return Answer.ok("{'schedule':" + SCHEDULE + "}");
        });
    service.on(
        "PUT /v1/admin/control/job-schedules/s1",
        body -> {
          asked.set(body);
          return Answer.ok("{'schedule':" + SCHEDULE + "}");
        });
    service.on("DELETE /v1/admin/control/job-schedules/s1", body -> Answer.ok("{'ok':true}"));

    assertThat(job("schedule", "list")).isZero();
    assertThat(console.out()).contains("nightly  check", "0 3 * * *", "once");
    assertThat(
            job(
                "schedule",
                "add",
                "nightly",
                "check",
                "--cron",
                "0 3 * * *",
                "--missed",
                "all",
                "--scope",
                "b"))
        .isZero();
    assertThat(asked.get().toString())
        .isEqualTo(
            "{\"name\":\"nightly\",\"job\":\"check\",\"enabled\":true,\"parameters\":{\"scope\":\"b\"},\"cron\":\"0 3 * * *\",\"missed_fire\":\"all\"}");
    assertThat(job("schedule", "change", "nightly", "--every", "60", "--disable", "--mode", "fast"))
        .isZero();
    assertThat(asked.get().get("version").asInt()).as("the change is optimistic").isEqualTo(4);
    assertThat(asked.get().get("interval_seconds").asInt()).isEqualTo(60);
    assertThat(asked.get().has("cron")).isFalse();
    assertThat(asked.get().get("enabled").asBoolean()).isFalse();
    assertThat(asked.get().get("parameters").toString())
        .isEqualTo("{\"scope\":\"a\",\"mode\":\"fast\"}");
    assertThat(job("schedule", "remove", "s1")).isZero();
    assertThat(job("schedule", "show", "weekly")).isEqualTo(Main.FAILED);
    assertThat(job("schedule", "add", "x", "check")).isEqualTo(Main.FAILED);
  }
}
