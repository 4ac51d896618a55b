package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Target;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands about jobs share. */
abstract class JobBase implements Callable<Integer> {
  private static final Duration LONG_WAIT = Duration.ofSeconds(10);

  final Console console;

  @Mixin Target target = new Target();

  @Option(names = "--json", description = "one JSON document instead of text")
  boolean json;

  JobBase(Console console) {
    this.console = console;
  }

  abstract int work(JobClient jobs, ServiceClient client);

  @Override
  public Integer call() {
    ServiceClient client = target.client(Environment.ofProcess(), console);
    try {
      return work(new JobClient(client), client);
    } catch (JobClient.Refused e) {
      throw new Trouble("The service refused " + e.getMessage() + "." + hint(e.reply()), e);
    } catch (Unreachable e) {
      throw new Trouble("Sorry, " + e.getMessage() + ".", e);
    }
  }

  /** What to do about a refusal, empty where its own words say it. */
  private static String hint(Reply reply) {
    return switch (reply.error()) {
      case "unknown_job" -> " perdura job list shows those that it offers.";
      case "unknown_run" -> " perdura job history shows the runs.";
      case "already_running" ->
          " perdura job watch "
              + reply.json().at("/details/run_id").asText("RUN")
              + " shows how far it is.";
      case "invalid_parameters" -> " perdura job run JOB --help shows what it takes.";
      case "unauthorized_admin" ->
          " An administrator's credential is needed: ADMIN_TOKEN or --admin-token-file.";
      default -> "";
    };
  }

  /** 0 passed, 2 the verdict is no, 1 it did not come to one. */
  static int exitCode(JsonNode run) {
    if (!run.path("state").asText().equals("succeeded")) {
      return Main.FAILED;
    }
    return run.path("verdict").asText().equals("FAILED_GATE") ? Main.NEGATIVE : 0;
  }

  /** Watches a run, redrawing its progress on a terminal. */
  JsonNode watch(JobClient jobs, String id) {
    console.note("run " + id);
    AtomicBoolean told = new AtomicBoolean();
    JsonNode ended =
        jobs.await(
            id,
            run -> {
              if (waitsLong(run) && !told.getAndSet(true)) {
                console.redrawn(null);
                console.note(
                    "it waits in the queue: is there a server with the role worker or all, and are its slots free"
                        + " (perdura job history --state running)?");
              }
              console.redrawn(run.path("state").asText() + " " + JobText.progress(run));
            });
    console.redrawn(null);
    return ended;
  }

  private static boolean waitsLong(JsonNode run) {
    try {
      return run.path("state").asText().equals("queued")
          && run.hasNonNull("created_at")
          && Instant.parse(run.get("created_at").asText()).plus(LONG_WAIT).isBefore(Instant.now());
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** Prints an ended run and what came of it; returns the exit code. */
  int tell(JobClient jobs, JsonNode run) {
    JsonNode result = jobs.result(run.path("run_id").asText()).orElse(null);
    if (json) {
      ObjectNode document = Jsons.object();
      document.set("run", withoutResult(run));
      document.set("result", result);
      console.print(document.toPrettyString());
    } else {
      console.print(JobText.run(run, defaults(jobs, run), console));
      if (result != null) {
        ResultText.lines(result, console.columns()).forEach(console::print);
      }
      if (exitCode(run) != 0) {
        console.print("what to do: docs/runbooks/jobs/" + run.path("job").asText() + ".md");
      }
    }
    return exitCode(run);
  }

  /** What the parameters of a run are when nobody gives them; none when that cannot be asked. */
  static Map<String, String> defaults(JobClient jobs, JsonNode run) {
    Map<String, String> defaults = new HashMap<>();
    try {
      jobs.job(run.path("job").asText())
          .ifPresent(job ->
              job.path("parameters")
                  .forEach(one ->
                      defaults.put(one.path("name").asText(), one.path("default").asText(null))));
    } catch (JobClient.Refused | Unreachable e) {
      return Map.of(); // then all of them are told
    }
    return defaults;
  }

  /** The service tells the result with the run; once is enough. */
  private static JsonNode withoutResult(JsonNode run) {
    return run instanceof ObjectNode fields ? fields.deepCopy().without("result") : run;
  }

  static ArrayNode array(List<JsonNode> nodes) {
    ArrayNode array = Jsons.array();
    nodes.forEach(array::add);
    return array;
  }
}
