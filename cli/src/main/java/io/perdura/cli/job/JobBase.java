package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Target;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands about jobs share. */
abstract class JobBase implements Callable<Integer> {
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
      throw new Trouble("The service refused " + e.getMessage() + ".", e);
    } catch (Unreachable e) {
      throw new Trouble("Sorry, " + e.getMessage() + ".", e);
    }
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
    JsonNode ended =
        jobs.await(
            id, run -> console.redrawn(run.path("state").asText() + " " + JobText.progress(run)));
    console.redrawn(null);
    return ended;
  }

  /** Prints an ended run and what came of it; returns the exit code. */
  int tell(JobClient jobs, JsonNode run) {
    JsonNode result = jobs.result(run.path("run_id").asText()).orElse(null);
    if (json) {
      ObjectNode document = Jsons.object();
      document.set("run", run);
      document.set("result", result);
      console.print(document.toPrettyString());
    } else {
      console.print(JobText.run(run));
      if (result != null) {
        console.print(result.toPrettyString());
      }
    }
    return exitCode(run);
  }

  static ArrayNode array(List<JsonNode> nodes) {
    ArrayNode array = Jsons.array();
    nodes.forEach(array::add);
    return array;
  }
}
