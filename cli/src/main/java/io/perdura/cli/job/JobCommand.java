package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.TakesForeignOptions;
import io.perdura.cli.TellsMore;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code perdura job}: the batch administrator's command. */
@Command(
    name = "job",
    mixinStandardHelpOptions = true,
    description = "List, run, watch, stop, restart and schedule the jobs of a running service.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      JobCommand.ListJobs.class,
      JobCommand.Run.class,
      JobCommand.Watch.class,
      JobCommand.Stop.class,
      JobCommand.Restart.class,
      JobCommand.History.class,
      JobCommand.Result.class,
      ScheduleCommand.class
    })
public final class JobCommand {

  /** What there is. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show the jobs that the service offers.")
  public static final class ListJobs extends JobBase {
    @Option(
        names = {"-v", "--verbose"},
        description = "with their parameters")
    private boolean verbose;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "this job alone")
    private String name;

    public ListJobs(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      List<JsonNode> offered = new ArrayList<>(jobs.jobs());
      if (name != null) {
        offered.removeIf(job -> !job.path("name").asText().equals(name));
        if (offered.isEmpty()) {
          throw new Trouble("The service offers no job " + name + "; see perdura job list.");
        }
      }
      if (json) {
        console.print(array(offered).toPrettyString());
      } else if (verbose || name != null) {
        for (JsonNode job : offered) {
          JobText.help(job, console);
        }
      } else {
        console.print(JobText.jobs(array(offered)));
      }
      return 0;
    }
  }

  /** Starts one and waits. */
  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = {
        "Start a job and watch it to its end. Parameters follow the job's name as --name value.",
        "Exit 0 passed, 2 its verdict is no, 1 it failed or was stopped."
      },
      footer = {
        "",
        "Examples:",
        "  perdura job run salience-decay --help                   the parameters of that job",
        "  perdura job run salience-decay --scope notes --dry-run  what it would change",
        "  perdura job run consistency-check --scope notes --check-set scope --json"
      })
  public static final class Run extends JobBase implements TakesForeignOptions, TellsMore {
    @Parameters(
        index = "0",
        paramLabel = "JOB",
        description = "its name, as perdura job list shows it")
    private String name;

    @Parameters(index = "1..*", paramLabel = "--name value", description = "parameters of the job")
    private List<String> words = new ArrayList<>();

    @Option(names = "--why", paramLabel = "TEXT", description = "for the record of the run")
    private String reason;

    @Option(names = "--no-wait", description = "print the run's id and come back at once")
    private boolean detached;

    public Run(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      JsonNode run = jobs.start(name, JobArguments.read(words), reason);
      if (detached) {
        console.print(json ? run.toPrettyString() : run.path("run_id").asText());
        return 0;
      }
      return tell(jobs, watch(jobs, run.path("run_id").asText()));
    }

    /** What the named job is and takes, if a service can be asked. */
    @Override
    public void tellMore() {
      if (name == null) {
        return;
      }
      console.print("");
      try {
        JobClient jobs = new JobClient(target.client(Environment.ofProcess(), console));
        jobs.job(name)
            .ifPresentOrElse(
                job -> JobText.help(job, console),
                () -> console.print("There is no job " + name + "; see perdura job list."));
      } catch (Trouble | JobClient.Refused | Unreachable e) {
        console.print(
            "The parameters of " + name + " are the service's to tell: " + e.getMessage());
      }
    }
  }

  /** Looks at one that is under way. */
  @Command(
      name = "watch",
      mixinStandardHelpOptions = true,
      description = "Watch a run to its end; exit as job run does.")
  public static final class Watch extends JobBase {
    @Parameters(paramLabel = "RUN", description = "its id")
    private String id;

    public Watch(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      return tell(jobs, watch(jobs, id));
    }
  }

  /** Asks one to stop. */
  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "Ask a run to stop at its next good place.")
  public static final class Stop extends JobBase {
    @Parameters(paramLabel = "RUN", description = "its id")
    private String id;

    @Option(names = "--wait", description = "until it has ended")
    private boolean wait;

    public Stop(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      JsonNode run = jobs.stop(id);
      JsonNode shown = wait ? watch(jobs, id) : run;
      console.print(
          json ? shown.toPrettyString() : JobText.run(shown, defaults(jobs, shown), console));
      return 0;
    }
  }

  /** Goes on with one that ended too early. */
  @Command(
      name = "restart",
      mixinStandardHelpOptions = true,
      description = "Go on with a failed or stopped run from its checkpoint, and watch it.")
  public static final class Restart extends JobBase {
    @Parameters(paramLabel = "RUN", description = "its id")
    private String id;

    @Option(names = "--no-wait", description = "come back at once")
    private boolean detached;

    public Restart(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      JsonNode run = jobs.restart(id);
      if (detached) {
        console.print(json ? run.toPrettyString() : run.path("run_id").asText(id));
        return 0;
      }
      return tell(jobs, watch(jobs, run.path("run_id").asText(id)));
    }
  }

  /** What ran. */
  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description = "Show runs, newest first.")
  public static final class History extends JobBase {
    @Option(names = "--job", paramLabel = "JOB", description = "of this job alone")
    private String job;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "queued, running, stopping, succeeded, failed or stopped")
    private String state;

    @Option(
        names = {"-n", "--limit"},
        paramLabel = "N",
        defaultValue = "20",
        description = "default ${DEFAULT-VALUE}")
    private int limit;

    @Option(names = "--before", paramLabel = "RUN", description = "older than this run")
    private String before;

    public History(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      StringBuilder query = new StringBuilder("?limit=").append(limit);
      add(query, "job", job);
      add(query, "state", state);
      add(query, "before", before);
      JsonNode runs = jobs.history(query.toString());
      if (json) {
        console.print(runs.toPrettyString());
      } else {
        console.print(JobText.runs(runs));
      }
      return 0;
    }

    private static void add(StringBuilder query, String name, String value) {
      if (value != null) {
        query
            .append('&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
      }
    }
  }

  /** What came of one. */
  @Command(
      name = "result",
      mixinStandardHelpOptions = true,
      description = "Print the JSON result of a run.")
  public static final class Result extends JobBase {
    @Parameters(paramLabel = "RUN", description = "its id")
    private String id;

    public Result(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      return jobs.result(id)
          .map(result -> {
            console.print(result.toPrettyString());
            return 0;
          })
          .orElseGet(() -> {
            console.complain("perdura: The run " + id + " has no result (yet).");
            return Main.FAILED;
          });
    }
  }
}
