package io.perdura.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.audit.AuditExport;
import io.perdura.audit.AuditVerifier;
import io.perdura.audit.Chains;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.Databases;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura audit}: the trail of calls, verified and taken out of the house. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Verify or export the audit trail.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AuditCommand.Verify.class, AuditCommand.Export.class})
public final class AuditCommand {
  /** Which chain. */
  static final class Choice {
    @Option(names = "--tenant", paramLabel = "T", description = "the chain of a tenant")
    private String tenant;

    @Option(names = "--control", description = "the chain of the administration")
    private boolean control;

    @Option(names = "--anonymous", description = "the chain of refused calls without a credential")
    private boolean anonymous;

    /** The chain's name, null for all. */
    static String of(Choice choice) {
      if (choice == null) {
        return null;
      }
      if (choice.tenant != null) {
        return Chains.tenant(choice.tenant.trim());
      }
      if (choice.control) {
        return Chains.CONTROL;
      }
      return choice.anonymous ? Chains.ANONYMOUS : null;
    }
  }

  /** Recomputes every link. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Recompute all hashes; tell the first broken link, rows that never arrived, and what waits.",
        "Works on DATABASE_URL, else on the embedded database. Exit 2 when anything is wrong."
      })
  static final class Verify implements Callable<Integer> {
    private final Console console;

    @ArgGroup(exclusive = true)
    private Choice choice;

    @Option(names = "--file", paramLabel = "F", description = "verify an export instead")
    private Path file;

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Verify(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      ObjectNode report = file == null ? verifyDatabase() : verifyFile();
      console.print(json ? report.toPrettyString() : text(report));
      return report.get("ok").booleanValue() ? 0 : Main.NEGATIVE;
    }

    private ObjectNode verifyDatabase() {
      DatabaseUrl url = database(console);
      try (Connection connection = Databases.connect(url)) {
        return AuditVerifier.verify(connection, Choice.of(choice));
      } catch (SQLException e) {
        throw unreadable(url, e);
      }
    }

    private ObjectNode verifyFile() {
      try (BufferedReader in = Files.newBufferedReader(file)) {
        return AuditExport.verify(in);
      } catch (IOException e) {
        throw new Trouble("The export " + file + " cannot be read: " + e.getMessage() + ".", e);
      }
    }

    private static String text(ObjectNode report) {
      StringBuilder out = new StringBuilder();
      out.append(report.get("ok").booleanValue() ? "sound" : "BROKEN");
      out.append(": ").append(report.get("rows")).append(" rows in ");
      out.append(report.get("chains")).append(" chains");
      for (JsonNode one : report.get("broken")) {
        line(out, "broken", one);
      }
      for (JsonNode one : report.path("gaps")) {
        line(out, "gap", one);
      }
      for (JsonNode one : report.path("notes")) {
        line(out, "note", one);
      }
      if (report.has("unlinked")) {
        line(out, "unlinked", report.get("unlinked"));
      }
      return out.toString();
    }

    private static void line(StringBuilder out, String name, JsonNode facts) {
      out.append(String.format("%n  %-9s", name));
      facts
          .properties()
          .forEach(fact ->
              out.append(' ')
                  .append(fact.getKey())
                  .append('=')
                  .append(
                      fact.getValue().isTextual()
                          ? fact.getValue().textValue()
                          : fact.getValue().toString()));
    }
  }

  /** Writes the trail as lines of JSON. */
  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Write the trail, hashes included, as JSON lines that `audit verify --file` can check.",
        "Works on DATABASE_URL, else on the embedded database."
      })
  static final class Export implements Callable<Integer> {
    private final Console console;

    @ArgGroup(exclusive = true)
    private Choice choice;

    @Option(names = "--file", paramLabel = "F", description = "where to; default standard output")
    private Path file;

    public Export(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      DatabaseUrl url = database(console);
      try (Connection connection = Databases.connect(url);
          Writer out = open()) {
        long rows = AuditExport.write(connection, Choice.of(choice), out);
        out.flush();
        console.note(rows + " rows exported");
        return 0;
      } catch (SQLException e) {
        throw unreadable(url, e);
      } catch (IOException e) {
        throw new Trouble("The export cannot be written: " + e.getMessage() + ".", e);
      }
    }

    private Writer open() throws IOException {
      return file == null
          ? new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))
          : Files.newBufferedWriter(file);
    }
  }

  private static DatabaseUrl database(Console console) {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    if (tier.externalDatabase().isPresent()) {
      return tier.externalDatabase().get();
    }
    if (!tier.state().exists() || tier.postgres().pid().isEmpty()) {
      throw new Trouble(
          "DATABASE_URL is not set and the embedded database does not run; try perdura up.");
    }
    return tier.postgres().url();
  }

  private static Trouble unreadable(DatabaseUrl url, SQLException e) {
    new Migration(url).requireCurrent();
    return new Trouble(
        "The audit trail in " + url.target() + " cannot be read: " + e.getMessage(), e);
  }
}
