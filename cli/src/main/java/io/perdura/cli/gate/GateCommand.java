package io.perdura.cli.gate;

import io.perdura.cli.Console;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code perdura gate}: may this go live? */
@Command(
    name = "gate",
    mixinStandardHelpOptions = true,
    description = {
      "Judge a running service and leave signed evidence.",
      "Exit 0 pass, 1 the gate itself could not run, 2 fail; what could not be looked at fails as not proven."
    },
    synopsisSubcommandLabel = "GATE",
    subcommands = {
      GateCommand.Preflight.class,
      GateCommand.Health.class,
      GateCommand.Pack.class,
      GateCommand.Parity.class,
      GateCommand.Perf.class,
      CoreGateCommand.class,
      GoLiveGateCommand.class
    })
public final class GateCommand {

  /** The two-hours-before list. */
  @Command(
      name = "preflight",
      mixinStandardHelpOptions = true,
      description = {
        "Does the running service run as production must? Looks, and changes nothing.",
        "The service itself tells its configuration; what the environment here says is compared with it."
      },
      footer = {
        "",
        "Example: ADMIN_TOKEN=... API_KEY=... perdura gate preflight --base-url https://memory.example.com"
      })
  public static final class Preflight extends AbstractGateCommand {
    @Option(
        names = "--no-enforce-orchestration",
        description = "only remark on what is not as in production (for rehearsals)")
    private boolean lenient;

    @Option(
        names = "--write-smoke",
        description = "also write one event, into a probe scope that is erased afterwards")
    private boolean writeSmoke;

    public Preflight(Console console) {
      super(console, "preflight");
    }

    @Override
    Gate gate(GateRun run) {
      boolean enforce =
          !lenient
              && !run.environment
                  .get("PREFLIGHT_ENFORCE_ORCHESTRATION", "true")
                  .trim()
                  .equals("false");
      run.inputs.put("enforce_orchestration", enforce).put("write_smoke", writeSmoke);
      ServiceSteps service = new ServiceSteps(run);
      List<Step> steps = new ArrayList<>(List.of(service.service(), service.administration()));
      steps.addAll(new PreflightSteps(run, enforce).steps());
      if (writeSmoke) {
        ProbeScopes scopes = new ProbeScopes(run);
        steps.add(new WriteSmoke(run, scopes).step());
        steps.add(scopes.erasing());
      }
      return new Gate("preflight", steps);
    }
  }

  /** Integrity, quality and backlog of a scope. */
  @Command(
      name = "health",
      mixinStandardHelpOptions = true,
      description = {
        "Is the memory of a scope sound? Consistency, quality, dead letters, failed embeddings, age of the backlog.",
        "Runs the job health-gate on the service. An empty or unknown scope is no pass."
      },
      footer = {
        "",
        "Example: perdura gate health --strict-warnings --consistency-check-set scope --scope default"
      })
  public static final class Health extends AbstractGateCommand {
    @Mixin private HealthOptions health = new HealthOptions();

    public Health(Console console) {
      super(console, "health");
    }

    @Override
    void check() {
      HealthOptions.check(health.further);
    }

    @Override
    Gate gate(GateRun run) {
      ServiceSteps service = new ServiceSteps(run);
      return new Gate(
          "health",
          List.of(
              service.service(),
              service.administration(),
              new JudgedScope(run).first(),
              new IntegritySteps(run).health(health, options.strictWarnings)));
    }
  }

  /** Pack round trip. */
  @Command(
      name = "pack",
      mixinStandardHelpOptions = true,
      description =
          "Does a pack come out as it went in, twice over and in an empty scope? Works in probe scopes alone.",
      footer = {"", "Example: perdura gate pack --base-url http://localhost:3001"})
  public static final class Pack extends AbstractGateCommand {
    @Option(
        names = "--pack-gate-max-rows",
        paramLabel = "N",
        defaultValue = "2000",
        description = "rows of each kind in the export (default: ${DEFAULT-VALUE})")
    private int maxRows;

    public Pack(Console console) {
      super(console, "pack");
    }

    @Override
    Gate gate(GateRun run) {
      run.inputs.put("max_rows", maxRows);
      ServiceSteps service = new ServiceSteps(run);
      ProbeScopes scopes = new ProbeScopes(run);
      return new Gate(
          "pack",
          List.of(
              service.service(),
              service.administration(),
              new PackSteps(run, scopes, maxRows).roundTrip(),
              scopes.erasing()));
    }
  }

  /** Capability and planner probes. */
  @Command(
      name = "parity",
      mixinStandardHelpOptions = true,
      description = {
        "Can the service do what it publishes, and does planning agree with its parts? (the seeds' P2 local gate)",
        "Works in probe scopes alone."
      },
      footer = {"", "Example: perdura gate parity"})
  public static final class Parity extends AbstractGateCommand {
    public Parity(Console console) {
      super(console, "parity");
    }

    @Override
    Gate gate(GateRun run) {
      ServiceSteps service = new ServiceSteps(run);
      ProbeScopes scopes = new ProbeScopes(run);
      return new Gate(
          "parity",
          List.of(
              service.service(),
              service.administration(),
              new CapabilitySteps(run, scopes).probes(),
              new PlannerSteps(run, scopes).probes(),
              scopes.erasing()));
    }
  }

  /** Latency and errors alone. */
  @Command(
      name = "perf",
      mixinStandardHelpOptions = true,
      description = {
        "Are recall and write fast enough under a load by the clock (open model)?",
        "Recalls read the judged scope without a trace; writes go to a probe scope that is seeded and erased."
      },
      footer = {
        "",
        "Example: perdura gate perf --recall-p95-max-ms 1200 --write-p95-max-ms 800 --error-rate-max 0.02"
      })
  public static final class Perf extends AbstractGateCommand {
    @Mixin private PerfOptions perf = new PerfOptions();

    public Perf(Console console) {
      super(console, "perf");
    }

    @Override
    void check() {
      perf.check();
    }

    @Override
    Gate gate(GateRun run) {
      perf.describe(run.inputs);
      ServiceSteps service = new ServiceSteps(run);
      ProbeScopes scopes = new ProbeScopes(run);
      JudgedScope judged = new JudgedScope(run);
      List<Step> steps =
          new ArrayList<>(List.of(service.service(), service.administration(), judged.first()));
      steps.addAll(new PerfSteps(run, scopes, perf).steps());
      steps.add(judged.last());
      steps.add(scopes.erasing());
      return new Gate("perf", steps);
    }
  }
}
