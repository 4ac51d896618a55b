package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.job.JobClient;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Parts of gates that run as jobs on the service, where the data is. */
final class JobSteps {
  private static final Duration LIMIT = Duration.ofHours(2);

  private final GateRun run;
  private final JobClient jobs;

  JobSteps(GateRun run) {
    this.run = run;
    this.jobs = new JobClient(run.client);
  }

  /**
   * A job to run.
   *
   * @param needed what it must be told; a job that does not take one of these cannot prove anything
   * @param wished what it is told if it takes it
   */
  record Wish(String job, Map<String, String> needed, Map<String, String> wished) {}

  Step step(Step.Mode mode, String name, Wish wish, Function<JsonNode, List<String>> judge) {
    return Step.ofMode(mode, name, () -> look(wish, judge)).within(LIMIT);
  }

  private Outcome look(Wish wish, Function<JsonNode, List<String>> judge) {
    Optional<JsonNode> offered = jobs.job(wish.job());
    if (offered.isEmpty()) {
      return run.release
          .absence(wish.job())
          .map(reason -> Outcome.absent("job " + wish.job() + " is declared absent: " + reason))
          .orElseGet(() -> Outcome.notProven(null, "job_not_offered: " + wish.job()));
    }
    List<String> unknown = new ArrayList<>();
    Map<String, String> parameters = parameters(wish, offered.get(), unknown);
    if (!unknown.isEmpty()) {
      return Outcome.notProven(
          offered.get(), "job_does_not_take: " + wish.job() + " " + String.join(", ", unknown));
    }
    return judged(wish.job(), completed(wish.job(), parameters), judge);
  }

  private static Map<String, String> parameters(Wish wish, JsonNode job, List<String> unknown) {
    List<String> taken = new ArrayList<>();
    job.path("parameters").forEach(parameter -> taken.add(parameter.path("name").asText()));
    Map<String, String> parameters = new TreeMap<>();
    wish.needed()
        .forEach((name, value) -> {
          if (!taken.contains(name)) {
            unknown.add(name);
          }
          parameters.put(name, value);
        });
    wish.wished()
        .forEach((name, value) -> {
          if (taken.contains(name)) {
            parameters.put(name, value);
          }
        });
    return parameters;
  }

  /** The ended run; one that is under way is waited for, because its parameters may be others. */
  private JsonNode completed(String job, Map<String, String> parameters) {
    String id;
    try {
      id = start(job, parameters);
    } catch (JobClient.Refused refused) {
      String running = refused.reply().json().path("details").path("run_id").asText("");
      if (!refused.reply().error().equals("already_running") || running.isEmpty()) {
        throw refused;
      }
      jobs.await(running, seen -> {});
      id = start(job, parameters);
    }
    return jobs.await(id, seen -> {});
  }

  private String start(String job, Map<String, String> parameters) {
    return jobs.start(job, parameters, "gate run " + run.runId).path("run_id").asText();
  }

  private Outcome judged(String job, JsonNode ended, Function<JsonNode, List<String>> judge) {
    JsonNode result = jobs.result(ended.path("run_id").asText()).orElseGet(Jsons::object);
    ObjectNode output = Jsons.object();
    output.set("run", ended);
    output.set("result", result);
    String verdict = ended.path("verdict").asText("");
    if (!ended.path("state").asText().equals("succeeded")) {
      return Outcome.notProven(
          output,
          "job_"
              + ended.path("state").asText()
              + ": "
              + job
              + ", "
              + ended.path("error").asText("no error told"));
    }
    List<String> reasons = new ArrayList<>(judge.apply(result));
    return switch (verdict) {
      case "PASSED" -> {
        List<String> contradicting = failReasons(result);
        contradicting.addAll(reasons);
        yield Outcome.judged(output, contradicting);
      }
      case "FAILED_GATE" -> {
        List<String> all = complaints(result);
        reasons.stream().filter(reason -> !all.contains(reason)).forEach(all::add);
        yield Outcome.judged(output, all.isEmpty() ? List.of(job + "_failed") : all);
      }
      case "SKIPPED" -> Outcome.notProven(output, "nothing_to_judge: " + job + told(result));
      default -> Outcome.notProven(output, "no_verdict: " + job);
    };
  }

  private static String told(JsonNode result) {
    String reason = result.path("reason").asText("");
    return reason.isEmpty() ? "" : ", " + reason;
  }

  /** What the result itself gives as reasons to fail, in the contract's places. */
  private static List<String> failReasons(JsonNode result) {
    List<String> reasons = new ArrayList<>();
    for (JsonNode place :
        List.of(result.path("gate").path("fail_reasons"), result.path("fail_reasons"))) {
      place.forEach(reason -> reasons.add(reason.asText()));
    }
    return reasons;
  }

  /** The same, or else the checks that failed. */
  private static List<String> complaints(JsonNode result) {
    List<String> reasons = failReasons(result);
    if (reasons.isEmpty()) {
      for (JsonNode check : result.path("checks")) {
        String status = check.path("status").asText("");
        boolean bad =
            status.isEmpty()
                ? check.has("pass") && !check.path("pass").asBoolean()
                : status.equals("fail") || status.equals("error");
        if (bad) {
          String severity = check.path("severity").asText("");
          reasons.add(
              check.path("name").asText()
                  + (severity.isEmpty() ? "" : " (" + severity + ")")
                  + (check.has("count") ? ", " + check.path("count") + " rows" : ""));
        }
      }
    }
    return reasons;
  }
}
