package io.perdura.cli;

import io.perdura.cli.demo.DemoCommand;
import io.perdura.cli.doctor.DoctorCommand;
import io.perdura.cli.evidence.EvidenceCommand;
import io.perdura.cli.gate.GateCommand;
import io.perdura.cli.job.JobCommand;
import io.perdura.cli.mcp.McpCommand;
import io.perdura.cli.pack.PackCommand;
import io.perdura.cli.profile.ProfileCommand;
import io.perdura.cli.sdk.SdkCommand;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/**
 * The {@code perdura} command.
 *
 * <p>Exit codes: 0 done, 1 it could not be done, wrong usage included (standard error says why), 2
 * for commands that judge, a negative verdict.
 */
@Command(
    name = "perdura",
    description = "Durable memory for AI agents.",
    subcommands = {
      UpCommand.class,
      DemoCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      DownCommand.class,
      ResetCommand.class,
      MigrateCommand.class,
      McpCommand.class,
      AuditCommand.class,
      GateCommand.class,
      JobCommand.class,
      PackCommand.class,
      ProfileCommand.class,
      EvidenceCommand.class,
      SdkCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      ReleaseInfoCommand.class,
      ServerEnvironmentCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Settings come from the environment; a .env file in the working directory fills what is unset."
    })
public final class Main {
  /** The command could not do its work. */
  public static final int FAILED = 1;

  /** The command did its work and the answer is no. */
  public static final int NEGATIVE = 2;

  // keeps the level: the log manager holds loggers weakly
  private static final Logger ROOT = Logger.getLogger("");

  private Main() {}

  @SuppressWarnings("SystemExitOutsideMain") // this is main
  public static void main(String[] arguments) {
    LogManager.getLogManager().reset();
    ROOT.setLevel(Level.OFF);
    System.exit(run(Console.standard(), arguments));
  }

  /** Runs one command and returns its exit code. */
  public static int run(Console console, String... arguments) {
    CommandLine line = new CommandLine(new Main(), new ConsoleFactory(console));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    if (console.columns() > 0) {
      line.setUsageHelpWidth(Math.clamp(console.columns(), 60, 120));
    }
    prepare(line);
    line.setExecutionStrategy(Main::execute);
    line.setExecutionExceptionHandler((failure, command, parsed) -> fail(console, failure));
    return line.execute(arguments);
  }

  /** The same exit code for wrong usage everywhere; words after a job's name are the job's. */
  private static void prepare(CommandLine line) {
    line.getCommandSpec().exitCodeOnInvalidInput(FAILED);
    if (line.getCommandSpec().userObject() instanceof TakesForeignOptions) {
      line.setUnmatchedOptionsArePositionalParams(true);
    }
    line.getSubcommands().values().forEach(Main::prepare);
  }

  private static int execute(ParseResult parsed) {
    if (!parsed.hasSubcommand() && !parsed.isUsageHelpRequested()) {
      parsed.commandSpec().commandLine().usage(System.out);
      return 0;
    }
    int code = new CommandLine.RunLast().execute(parsed);
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (last.isUsageHelpRequested() && last.commandSpec().userObject() instanceof TellsMore more) {
      more.tellMore();
    }
    return code;
  }

  private static int fail(Console console, Exception failure) throws Exception {
    if (failure instanceof Trouble trouble) {
      console.complain("perdura: " + trouble.getMessage());
      trouble.details().lines().forEach(line -> console.complain("    " + line));
      return FAILED;
    }
    throw failure;
  }
}
