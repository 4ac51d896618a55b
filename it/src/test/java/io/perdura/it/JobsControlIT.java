package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Jobs and schedules as an administrator uses them, each answer compared with the description. */
class JobsControlIT {
  private static final String CONTROL = "/v1/admin/control/";
  private static final String REPLAY =
      "{'parameters':{'all-failed':true,'dry-run':true,'reason':'%s'},'reason':'to see'}";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Api api = SharedServer.get().api();
  private final Description description = Description.of(api);

  @Test
  void aJobIsFoundRunAndItsResultRead() {
    JsonNode jobs = get("jobs", "jobs").get("jobs");
    JsonNode replay = named(jobs, "name", "outbox-replay");
    assertThat(replay.get("changes_data").booleanValue()).isTrue();
    JsonNode limit = named(replay.get("parameters"), "name", "limit");
    assertThat(limit.get("type").textValue()).isEqualTo("number");
    assertThat(limit.get("default").textValue()).isEqualTo("200");
    assertThat(limit.get("max").longValue()).isEqualTo(1_000);

    Map<String, String> headers = new HashMap<>(Api.ADMIN);
    headers.put("idempotency-key", UUID.randomUUID().toString());
    String body = REPLAY.formatted(UUID.randomUUID());
    Api.Answer asked = post("jobs/{name}/runs", "jobs/outbox-replay/runs", body, headers);
    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
    String id = asked.json().at("/run/run_id").textValue();
    Api.Answer again = post("jobs/{name}/runs", "jobs/outbox-replay/runs", body, headers);
    assertThat(again.text()).isEqualTo(asked.text());
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");

    Poll.until(
        "the run succeeded",
        PATIENCE,
        () -> run(id).get("state").textValue().equals("succeeded"),
        () -> run(id).toString());
    JsonNode run = run(id);
    assertThat(run.get("verdict").textValue()).isEqualTo("PASSED");
    assertThat(run.get("requested_by").textValue()).isNotEmpty();
    assertThat(run.get("reason").textValue()).isEqualTo("to see");
    JsonNode result = get("job-runs/{run_id}/result", "job-runs/" + id + "/result");
    assertThat(result).isEqualTo(run.get("result"));
    assertThat(result.get("schema_version").intValue()).isEqualTo(1);
    assertThat(result.get("build").textValue()).isNotEmpty();
    assertThat(result.get("started_at").textValue()).endsWith("Z");

    JsonNode listed = get("job-runs", "job-runs?job=outbox-replay&state=succeeded").get("runs");
    assertThat(named(listed, "run_id", id).has("result")).isFalse();
    JsonNode events = api.get(CONTROL + "audit-events?limit=50", Api.ADMIN).ok().get("events");
    assertThat(named(events, "resource_id", id).get("action").textValue()).isEqualTo("job.run");
    assertRefused(
        post("job-runs/{run_id}/stop", "job-runs/" + id + "/stop", "{}", Api.ADMIN),
        409,
        "not_running");
    assertRefused(
        post("job-runs/{run_id}/restart", "job-runs/" + id + "/restart", "{}", Api.ADMIN),
        409,
        "not_restartable");
  }

  @Test
  void whatCannotBeRunIsRefusedWithItsReason() {
    assertRefused(
        post("jobs/{name}/runs", "jobs/nothing/runs", "{}", Api.ADMIN), 404, "unknown_job");
    Api.Answer faulty =
        post(
            "jobs/{name}/runs",
            "jobs/outbox-replay/runs",
            "{'parameters':{'limit':0,'odd':1}}",
            Api.ADMIN);
    assertRefused(faulty, 400, "invalid_parameters");
    assertThat(faulty.text()).contains("unknown parameter odd", "limit must be between");
    String none = "job-runs/" + UUID.randomUUID();
    assertRefused(api.get(CONTROL + none, Api.ADMIN), 404, "unknown_run");
    assertRefused(api.get(CONTROL + none + "/result", Api.ADMIN), 404, "unknown_run");
    assertRefused(api.get(CONTROL + "job-runs?state=odd", Api.ADMIN), 400, "invalid_request");
    assertThat(api.get(CONTROL + "jobs").status()).isEqualTo(401);
  }

  @Test
  void aReaderLooksAndAnOperatorActs() {
    Map<String, String> reader = Map.of("x-admin-token", credential("reader"));
    Map<String, String> operator = Map.of("x-admin-token", credential("operator"));
    assertThat(api.get(CONTROL + "jobs", reader).status()).isEqualTo(200);
    assertThat(api.get(CONTROL + "job-schedules", reader).status()).isEqualTo(200);

    String body = REPLAY.formatted(UUID.randomUUID());
    assertThat(post("jobs/{name}/runs", "jobs/outbox-replay/runs", body, reader).status())
        .isEqualTo(403);
    assertThat(post("jobs/{name}/runs", "jobs/outbox-replay/runs", body, operator).status())
        .isEqualTo(202);
  }

  @Test
  void aScheduleIsMadeFiredChangedAndRemoved() {
    String name = "s-" + UUID.randomUUID();
    String fields =
        "{'name':'%s','job':'outbox-replay','parameters':{'all-failed':true,'dry-run':true,'reason':'%s'},%s}";
    Api.Answer made =
        post(
            "job-schedules",
            "job-schedules",
            fields.formatted(name, name, "'interval_seconds':1"),
            Api.ADMIN);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    String id = made.json().at("/schedule/id").textValue();
    Poll.until(
        "the schedule was fired",
        PATIENCE,
        () ->
            get("job-runs", "job-runs?job=outbox-replay&state=succeeded")
                .findValuesAsText("schedule_id")
                .contains(id));
    assertThat(
            get("job-schedules/{id}", "job-schedules/" + id).at("/schedule/last_fire_at").asText())
        .endsWith("Z");
    assertThat(named(get("job-schedules", "job-schedules").get("schedules"), "id", id)).isNotNull();

    Api.Answer changed =
        put(
            "job-schedules/" + id,
            fields.formatted(
                name, name, "'cron':'0 3 * * *','time_zone':'Europe/Berlin','version':1"));
    assertThat(changed.json().at("/schedule/version").intValue()).isEqualTo(2);
    assertRefused(
        put("job-schedules/" + id, fields.formatted(name, name, "'cron':'0 3 * * *','version':1")),
        409,
        "version_conflict");
    assertRefused(
        post(
            "job-schedules",
            "job-schedules",
            fields.formatted(name, name, "'interval_seconds':1"),
            Api.ADMIN),
        409,
        "schedule_exists");
    Api.Answer gone = api.send("DELETE", CONTROL + "job-schedules/" + id, null, null, Api.ADMIN);
    assertThat(gone.status()).isEqualTo(200);
    assertThat(description.differences("DELETE", CONTROL + "job-schedules/{id}", gone)).isEmpty();
    assertRefused(api.get(CONTROL + "job-schedules/" + id, Api.ADMIN), 404, "unknown_schedule");
  }

  private JsonNode run(String id) {
    return get("job-runs/{run_id}", "job-runs/" + id).get("run");
  }

  private String credential(String role) {
    ObjectNode wish = Jsons.object().put("role", role).put("label", "it");
    return api.post(CONTROL + "admin-credentials", wish.toString(), Api.ADMIN)
        .ok()
        .findValue("token")
        .textValue();
  }

  private JsonNode get(String described, String path) {
    Api.Answer answer = api.get(CONTROL + path, Api.ADMIN);
    assertThat(description.differences("GET", CONTROL + described, answer)).isEmpty();
    return answer.ok();
  }

  private Api.Answer post(String described, String path, String body, Map<String, String> headers) {
    Api.Answer answer = api.post(CONTROL + path, body.replace('\'', '"'), headers);
    assertThat(description.differences("POST", CONTROL + described, answer)).isEmpty();
    return answer;
  }

  private Api.Answer put(String path, String body) {
    Api.Answer answer =
        api.send(
            "PUT",
            CONTROL + path,
            "application/json",
            Hashes.utf8(body.replace('\'', '"')),
            Api.ADMIN);
    assertThat(description.differences("PUT", CONTROL + "job-schedules/{id}", answer)).isEmpty();
    return answer;
  }

  private static JsonNode named(JsonNode list, String key, String value) {
    for (JsonNode entry : list) {
      if (entry.path(key).asText().equals(value)) {
        return entry;
      }
    }
    throw new AssertionError("no " + key + " " + value + " in " + list);
  }

  private static void assertRefused(Api.Answer answer, int status, String code) {
    assertThat(List.of(answer.status(), answer.json().path("error").asText()))
        .as(answer.text())
        .containsExactly(status, code);
  }
}
