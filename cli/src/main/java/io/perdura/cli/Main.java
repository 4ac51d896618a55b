package io.perdura.cli;

import io.perdura.cli.demo.DemoCommand;
import io.perdura.cli.mcp.McpCommand;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/**
 * The {@code perdura} command.
 *
 * <p>Exit codes: 0 done, 1 it could not be done (one sentence on standard error says why), 2 wrong
 * usage or, for commands that judge, a negative verdict.
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
    line.setExecutionStrategy(Main::execute);
    line.setExecutionExceptionHandler((failure, command, parsed) -> fail(console, failure));
    return line.execute(arguments);
  }

  private static int execute(ParseResult parsed) {
    if (!parsed.hasSubcommand() && !parsed.isUsageHelpRequested()) {
      parsed.commandSpec().commandLine().usage(System.out);
      return 0;
    }
    return new CommandLine.RunLast().execute(parsed);
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
