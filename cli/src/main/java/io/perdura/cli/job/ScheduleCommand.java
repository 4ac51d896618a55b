package io.perdura.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.TakesForeignOptions;
import io.perdura.cli.Trouble;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code perdura job schedule}: when jobs run by themselves. */
@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    description =
        "Show and change when jobs run by themselves; a schedule is named by its id or its name.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ScheduleCommand.ListSchedules.class,
      ScheduleCommand.Show.class,
      ScheduleCommand.Add.class,
      ScheduleCommand.Change.class,
      ScheduleCommand.Remove.class
    })
public final class ScheduleCommand {
  private static final String PATH = "/v1/admin/control/job-schedules";

  /** When a schedule fires. */
  static final class Times {
    @Option(
        names = "--cron",
        paramLabel = "EXPR",
        description = "five fields, as in \"30 2 * * 1\"")
    String cron;

    @Option(names = "--every", paramLabel = "SECONDS", description = "instead of --cron")
    Long every;

    @Option(
        names = "--time-zone",
        paramLabel = "ZONE",
        description = "of --cron, as in Europe/Berlin")
    String timeZone;

    @Option(
        names = "--missed",
        paramLabel = "POLICY",
        description = "what became due while nobody could fire: skip, once or all")
    String missed;

    void apply(ObjectNode schedule) {
      if (cron != null && every != null) {
        throw new Trouble("A schedule has --cron or --every, not both.");
      }
      if (cron != null) {
        schedule.put("cron", cron).remove("interval_seconds");
      }
      if (every != null) {
        schedule.put("interval_seconds", every).remove("cron");
      }
      if (timeZone != null) {
        schedule.put("time_zone", timeZone);
      }
      if (missed != null) {
        schedule.put("missed_fire", missed);
      }
    }
  }

  private static JsonNode all(ServiceClient client) {
    return JobClient.ok("the list of schedules", client.get(PATH)).path("schedules");
  }

  private static ObjectNode find(ServiceClient client, String wanted) {
    for (JsonNode schedule : all(client)) {
      boolean named = schedule.path("name").asText().equals(wanted);
      if ((named || schedule.path("id").asText().equals(wanted))
          && schedule instanceof ObjectNode found) {
        return found;
      }
    }
    throw new Trouble("There is no schedule " + wanted + "; see perdura job schedule list.");
  }

  private static void show(JobBase command, JsonNode schedule) {
    if (command.json) {
      command.console.print(schedule.toPrettyString());
    } else {
      command.console.print(JobText.schedules(Jsons.array().add(schedule)));
      if (!schedule.path("parameters").isEmpty()) {
        command.console.print("parameters " + schedule.path("parameters"));
      }
    }
  }

  private static JsonNode answered(String what, Reply reply) {
    JsonNode body = JobClient.ok(what, reply);
    return body.has("schedule") ? body.get("schedule") : body;
  }

  /** All of them. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Show all schedules.")
  public static final class ListSchedules extends JobBase {
    public ListSchedules(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      JsonNode schedules = all(client);
      if (json) {
        console.print(schedules.toPrettyString());
      } else {
        console.print(JobText.schedules(schedules));
      }
      return 0;
    }
  }

  /** One of them. */
  @Command(name = "show", mixinStandardHelpOptions = true, description = "Show one schedule.")
  public static final class Show extends JobBase {
    @Parameters(paramLabel = "SCHEDULE", description = "id or name")
    private String wanted;

    public Show(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      show(this, find(client, wanted));
      return 0;
    }
  }

  /** A new one. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Add a schedule. Parameters of the job follow as --name value.",
      footer = {
        "",
        "Example: perdura job schedule add nightly-check consistency-check --cron \"0 3 * * *\" --missed once --scope default"
      })
  public static final class Add extends JobBase implements TakesForeignOptions {
    @Parameters(index = "0", paramLabel = "NAME", description = "of the schedule")
    private String name;

    @Parameters(index = "1", paramLabel = "JOB", description = "what runs")
    private String job;

    @Parameters(index = "2..*", paramLabel = "--name value", description = "parameters of the job")
    private List<String> words = new ArrayList<>();

    @Mixin private Times times = new Times();

    @Option(names = "--disabled", description = "do not fire yet")
    private boolean disabled;

    public Add(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      if (times.cron == null && times.every == null) {
        throw new Trouble("Say when: --cron or --every.");
      }
      ObjectNode wish = Jsons.object().put("name", name).put("job", job).put("enabled", !disabled);
      ObjectNode parameters = wish.putObject("parameters");
      for (Map.Entry<String, String> entry : JobArguments.read(words).entrySet()) {
        parameters.put(entry.getKey(), entry.getValue());
      }
      times.apply(wish);
      show(this, answered("schedule " + name, client.post(PATH, wish)));
      return 0;
    }
  }

  /** Another time, or on and off. */
  @Command(
      name = "change",
      mixinStandardHelpOptions = true,
      description = "Change when a schedule fires, its parameters, or whether it fires at all.",
      footer = {"", "Example: perdura job schedule change nightly-check --disable"})
  public static final class Change extends JobBase implements TakesForeignOptions {
    @Parameters(index = "0", paramLabel = "SCHEDULE", description = "id or name")
    private String wanted;

    @Parameters(
        index = "1..*",
        paramLabel = "--name value",
        description = "parameters of the job to set")
    private List<String> words = new ArrayList<>();

    @Mixin private Times times = new Times();

    @Option(names = "--enable", description = "let it fire")
    private boolean enable;

    @Option(names = "--disable", description = "keep it from firing")
    private boolean disable;

    public Change(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      if (enable && disable) {
        throw new Trouble("A schedule is enabled or disabled, not both.");
      }
      ObjectNode schedule = find(client, wanted);
      ObjectNode wish = Jsons.object();
      for (String field :
          List.of(
              "name",
              "job",
              "parameters",
              "cron",
              "interval_seconds",
              "time_zone",
              "missed_fire",
              "enabled",
              "version")) {
        if (schedule.hasNonNull(field)) {
          wish.set(field, schedule.get(field));
        }
      }
      JobArguments.read(words).forEach(wish.withObject("/parameters")::put);
      times.apply(wish);
      if (enable || disable) {
        wish.put("enabled", enable);
      }
      Reply reply = client.put(PATH + "/" + schedule.path("id").asText(), wish);
      show(this, answered("the change of schedule " + wanted, reply));
      return 0;
    }
  }

  /** No more. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove a schedule; its runs stay on record.")
  public static final class Remove extends JobBase {
    @Parameters(paramLabel = "SCHEDULE", description = "id or name")
    private String wanted;

    public Remove(Console console) {
      super(console);
    }

    @Override
    int work(JobClient jobs, ServiceClient client) {
      String id = find(client, wanted).path("id").asText();
      JobClient.ok("removing schedule " + wanted, client.delete(PATH + "/" + id));
      console.print(
          json
              ? Jsons.object().put("ok", true).put("removed", id).toPrettyString()
              : "removed " + id);
      return 0;
    }
  }
}
