package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.local.Waiting;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/** The jobs of a service, over its administration. */
public final class JobClient {
  static final String JOBS = "/v1/admin/control/jobs";
  static final String RUNS = "/v1/admin/control/job-runs";

  private static final Set<String> ENDED = Set.of("succeeded", "failed", "stopped");
  private static final Duration POLL = Duration.ofMillis(500);

  /** A fail-over of the service may take this long before a watcher gives up. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ServiceClient client;

  public JobClient(ServiceClient client) {
    this.client = client;
  }

  /** A refusal, with what the service said. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    Refused(String what, Reply reply) {
      super(what + ": " + reply.complaint() + details(reply));
      this.reply = reply;
    }

    public Reply reply() {
      return reply;
    }

    private static String details(Reply reply) {
      StringBuilder faults = new StringBuilder();
      JsonNode details = reply.json().path("details");
      JsonNode list = details.isArray() ? details : details.path("faults");
      list.forEach(fault ->
          faults.append("; ").append(fault.isTextual() ? fault.asText() : fault.toString()));
      reply
          .json()
          .path("issues")
          .forEach(issue ->
              faults
                  .append("; ")
                  .append(issue.path("path").asText())
                  .append(": ")
                  .append(issue.path("message").asText()));
      return faults.toString();
    }
  }

  /** Every job that the service offers. */
  public List<JsonNode> jobs() {
    JsonNode jobs = ok("the list of jobs", client.get(JOBS)).path("jobs");
    return StreamSupport.stream(jobs.spliterator(), false).toList();
  }

  /** The job of that name, empty when the service does not offer it. */
  public Optional<JsonNode> job(String name) {
    return jobs().stream().filter(job -> job.path("name").asText().equals(name)).findFirst();
  }

  /** Starts a run. */
  public JsonNode start(String name, Map<String, String> parameters, String reason) {
    ObjectNode body = Jsons.object();
    ObjectNode given = body.putObject("parameters");
    parameters.forEach(given::put);
    if (reason != null) {
      body.put("reason", reason);
    }
    return ok("job " + name, client.patiently(JOBS + "/" + name + "/runs", body, false))
        .path("run");
  }

  public JsonNode run(String id) {
    return ok("run " + id, client.get(RUNS + "/" + id)).path("run");
  }

  /** The result of a run, empty while there is none. */
  public Optional<JsonNode> result(String id) {
    Reply reply = client.get(RUNS + "/" + id + "/result");
    if (reply.error().equals("no_result")) {
      return Optional.empty();
    }
    return Optional.of(ok("the result of run " + id, reply));
  }

  public JsonNode stop(String id) {
    return ok("stopping run " + id, client.post(RUNS + "/" + id + "/stop", Jsons.object()))
        .path("run");
  }

  public JsonNode restart(String id) {
    return ok("restarting run " + id, client.post(RUNS + "/" + id + "/restart", Jsons.object()))
        .path("run");
  }

  /** Runs, newest first; {@code query} as the service takes it. */
  public JsonNode history(String query) {
    return ok("the list of runs", client.get(RUNS + query)).path("runs");
  }

  /** Watches a run to its end; a service that is away for a moment is waited for. */
  public JsonNode await(String id, Consumer<JsonNode> watcher) {
    long lastSeen = System.nanoTime();
    while (true) {
      try {
        JsonNode run = run(id);
        lastSeen = System.nanoTime();
        watcher.accept(run);
        if (hasEnded(run)) {
          return run;
        }
      } catch (Unreachable e) {
        if (System.nanoTime() - lastSeen > PATIENCE.toNanos()) {
          throw e;
        }
      } catch (Refused e) {
        if (e.reply().status() < 500 || System.nanoTime() - lastSeen > PATIENCE.toNanos()) {
          throw e;
        }
      }
      Waiting.sleep(POLL);
    }
  }

  static boolean hasEnded(JsonNode run) {
    return ENDED.contains(run.path("state").asText());
  }

  static JsonNode ok(String what, Reply reply) {
    if (!reply.isOk()) {
      throw new Refused(what, reply);
    }
    return reply.json();
  }
}
