package io.perdura.cli.mcp;

import io.perdura.cli.Console;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura mcp}: memory as tools, for an agent that starts programs to talk to. */
@Command(
    name = "mcp",
    mixinStandardHelpOptions = true,
    description = {
      "Serve the memory tools over standard input and output (Model Context Protocol).",
      "Credentials come from --api-key-file or the environment: AIONIS_API_KEY, AIONIS_AUTH_BEARER."
    })
public final class McpCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "the server (default: AIONIS_BASE_URL, else http://localhost:3001)")
  private URI url;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "a file whose only content is an API key")
  private Path apiKeyFile;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "where calls go that name no scope (default: AIONIS_SCOPE, else the server's)")
  private String scope;

  @Option(
      names = "--agent",
      paramLabel = "ID",
      description = "the agent that remembers and asks (default: PERDURA_MCP_AGENT_ID)")
  private String agent;

  @Option(
      names = "--team",
      paramLabel = "ID",
      description = "the team of it (default: PERDURA_MCP_TEAM_ID)")
  private String team;

  @Option(names = "--all-tools", description = "offer Perdura's own tools as well")
  private boolean everyTool;

  public McpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    McpEndpoint.Wishes wishes =
        new McpEndpoint.Wishes(url, apiKey(), scope, agent, team, everyTool);
    McpClient client = new McpClient(McpEndpoint.of(wishes, Environment.ofProcess()));
    // Standard output is the client's: its bytes are UTF-8 whatever the locale, and nobody else
    // writes there.
    try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      System.setOut(System.err);
      new McpRelay(client::send, out, console::complain).run(System.in);
    }
    return 0;
  }

  private String apiKey() {
    if (apiKeyFile == null) {
      return null;
    }
    try {
      String key = Files.readString(apiKeyFile).trim();
      if (!key.isEmpty()) {
        return key;
      }
    } catch (IOException e) {
      throw new Trouble("The API key cannot be read from " + apiKeyFile + ".", e);
    }
    throw new Trouble("The file " + apiKeyFile + " is empty; it must hold an API key.");
  }
}
