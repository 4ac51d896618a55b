package io.perdura.cli.pack;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code perdura pack}: a scope's memory as a file. */
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = "Export a scope's memory to a file, check such a file, and bring it in again.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {PackCommand.Export.class, PackCommand.Import.class, PackCommand.Verify.class})
public final class PackCommand {

  private static Reply asked(ServiceClient client, String path, ObjectNode body) {
    try {
      return client.patiently(path, body, false);
    } catch (Unreachable e) {
      throw new Trouble("Sorry, " + e.getMessage() + ".", e);
    }
  }

  private static PackFile read(Path file) {
    try {
      return PackFile.of(Jsons.MAPPER.readTree(Files.readString(file)));
    } catch (IOException e) {
      throw new Trouble(
          "The file " + file + " cannot be read as a pack: " + e.getMessage() + ".", e);
    }
  }

  private static ObjectNode facts(PackFile pack) {
    return Jsons.object()
        .put("tenant_id", pack.tenant())
        .put("scope", pack.scope())
        .put("sha256", pack.sha256())
        .put("nodes", pack.count("nodes"))
        .put("edges", pack.count("edges"))
        .put("commits", pack.count("commits"))
        .put("truncated", pack.isTruncated());
  }

  private static String text(ObjectNode facts) {
    return "scope "
        + facts.path("tenant_id").asText()
        + "/"
        + facts.path("scope").asText()
        + ", "
        + facts.path("nodes")
        + " nodes, "
        + facts.path("edges")
        + " edges, "
        + facts.path("commits")
        + " commits, sha256 "
        + facts.path("sha256").asText();
  }

  /** Out of the service. */
  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Write the memory of a scope to a file, with its hash.",
        "Exit 2 when rows had to be left out (--max-rows)."
      },
      footer = {"", "Example: perdura pack export --scope default default.pack.json"})
  public static final class Export implements Callable<Integer> {
    private final Console console;

    @Mixin private Target target = new Target();

    @Parameters(paramLabel = "FILE", description = "where to; must not exist")
    private Path file;

    @Option(names = "--scope", paramLabel = "S", description = "default: the service's own")
    private String scope;

    @Option(names = "--tenant-id", paramLabel = "T", description = "default: the service's own")
    private String tenant;

    @Option(
        names = "--max-rows",
        paramLabel = "N",
        defaultValue = "50000",
        description = "of each kind (default: ${DEFAULT-VALUE})")
    private int maxRows;

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Export(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      if (Files.exists(file)) {
        throw new Trouble("The file " + file + " exists already.");
      }
      ObjectNode wish = Jsons.object().put("max_rows", maxRows);
      if (scope != null) {
        wish.put("scope", scope);
      }
      if (tenant != null) {
        wish.put("tenant_id", tenant);
      }
      Reply reply =
          asked(target.client(Environment.ofProcess(), console), "/v1/memory/packs/export", wish);
      if (!reply.isOk()) {
        throw new Trouble("The service refused the export: " + reply.complaint() + ".");
      }
      PackFile pack = PackFile.of(reply.json());
      if (!pack.faults().isEmpty() && !pack.isTruncated()) {
        throw new Trouble(
            "The pack that came is damaged: " + String.join("; ", pack.faults()) + ".");
      }
      write(reply.text());
      ObjectNode facts = facts(pack);
      console.print(json ? facts.toPrettyString() : text(facts));
      if (pack.isTruncated()) {
        console.complain(
            "perdura: The scope has more than "
                + maxRows
                + " rows of a kind; the pack is not whole.");
        return Main.NEGATIVE;
      }
      return 0;
    }

    private void write(String text) {
      try {
        Path absolute = file.toAbsolutePath();
        Path partial = Files.createTempFile(absolute.getParent(), ".pack", ".new");
        Files.writeString(partial, text);
        Files.move(partial, absolute, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new Trouble("The file " + file + " cannot be written: " + e.getMessage() + ".", e);
      }
    }
  }

  /** Into the service. */
  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description = {
        "Bring a pack in, where it came from or into another scope. Twice brings nothing twice.",
        "Nodes without a client id are new each time, as the contract has it."
      },
      footer = {"", "Example: perdura pack import --into restored default.pack.json"})
  public static final class Import implements Callable<Integer> {
    private final Console console;

    @Mixin private Target target = new Target();

    @Parameters(paramLabel = "FILE", description = "the pack")
    private Path file;

    @Option(names = "--into", paramLabel = "S", description = "another scope than the pack's")
    private String scope;

    @Option(
        names = "--into-tenant",
        paramLabel = "T",
        description = "another tenant than the pack's")
    private String tenant;

    @Option(names = "--verify-only", description = "let the service check it, and change nothing")
    private boolean verifyOnly;

    @Option(names = "--auto-embed", description = "ask for embeddings of what comes in")
    private boolean autoEmbed;

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Import(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      PackFile pack = read(file);
      if (!pack.faults().isEmpty()) {
        throw new Trouble("The pack is damaged: " + String.join("; ", pack.faults()) + ".");
      }
      pack = scope == null ? pack : pack.into(scope);
      pack = tenant == null ? pack : pack.ofTenant(tenant);
      ObjectNode wish = pack.importing(verifyOnly).put("auto_embed", autoEmbed);
      Reply reply =
          asked(target.client(Environment.ofProcess(), console), "/v1/memory/packs/import", wish);
      if (!reply.isOk()) {
        throw new Trouble("The service refused the pack: " + reply.complaint() + ".");
      }
      JsonNode answer = reply.json();
      if (json) {
        console.print(answer.toPrettyString());
      } else if (verifyOnly) {
        console.print("verified by the service: " + text(facts(pack)));
      } else {
        console.print(
            "imported: " + text(facts(pack)) + ", commit " + answer.path("commit_id").asText());
      }
      return 0;
    }
  }

  /** Without a service. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Check a pack on its own: its hash against its manifest, and that every edge has its ends.",
        "Exit 2 when something is wrong."
      })
  public static final class Verify implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", description = "the pack")
    private Path file;

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Verify(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      PackFile pack = read(file);
      List<String> faults = pack.faults();
      if (!pack.hasManifest()) {
        faults.add("it has no manifest to compare with");
      }
      ObjectNode facts = facts(pack).put("ok", faults.isEmpty());
      faults.forEach(facts.putArray("faults")::add);
      if (json) {
        console.print(facts.toPrettyString());
      } else {
        console.print((faults.isEmpty() ? "sound: " : "DAMAGED: ") + text(facts));
        faults.forEach(fault -> console.print("  " + fault));
      }
      return faults.isEmpty() ? 0 : Main.NEGATIVE;
    }
  }
}
