package io.perdura.cli.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code perdura evidence}: keys, signatures and the proof that nothing was edited. */
@Command(
    name = "evidence",
    mixinStandardHelpOptions = true,
    description = "Sign what gates and drills saw, and prove that nobody edited it.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EvidenceCommand.Keygen.class,
      EvidenceCommand.Sign.class,
      EvidenceCommand.Verify.class
    })
public final class EvidenceCommand {

  /** Makes the operator's key. */
  @Command(
      name = "keygen",
      mixinStandardHelpOptions = true,
      description = {
        "Make an Ed25519 key (mode 0600) and the public key beside it.",
        "Gates sign with it; give the public key to those who verify."
      })
  public static final class Keygen implements Callable<Integer> {
    private final Console console;

    @Option(
        names = "--key",
        paramLabel = "F",
        description =
            "where to (default: PERDURA_OPERATOR_KEY, else ~/.config/perdura/operator.key)")
    private Path file;

    public Keygen(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      Path target = file == null ? OperatorKey.defaultFile(Environment.ofProcess()) : file;
      OperatorKey key = OperatorKey.generate(target);
      console.print("key         " + target);
      console.print("public key  " + OperatorKey.publicFile(target));
      console.print("key id      " + key.id());
      return 0;
    }
  }

  /** Seals a directory that something else filled, a drill for instance. */
  @Command(
      name = "sign",
      mixinStandardHelpOptions = true,
      description = {
        "List a directory with summary.json in manifest.json and sign the list, for evidence that no gate wrote.",
        "What is there already and signed is not signed again."
      })
  public static final class Sign implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "the evidence")
    private Path directory;

    @Option(names = "--key", paramLabel = "F", description = "the operator's key")
    private Path file;

    public Sign(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      if (Files.exists(directory.resolve(Manifest.FILE))) {
        throw new Trouble("The directory " + directory + " has a manifest already.");
      }
      Path summary = directory.resolve(EvidenceDirectory.SUMMARY);
      OperatorKey key =
          OperatorKey.read(file == null ? OperatorKey.defaultFile(Environment.ofProcess()) : file);
      try {
        if (!Jsons.MAPPER.readTree(Files.readString(summary)).isObject()) {
          throw new Trouble("The file " + summary + " is no summary.");
        }
      } catch (IOException e) {
        throw new Trouble("There is no readable summary at " + summary + ".", e);
      }
      Manifest.seal(directory, Optional.of(key));
      console.print("signed by " + key.id());
      return 0;
    }
  }

  /** Proves that nothing was edited. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Prove that a directory is as its operator signed it: no file edited, missing or added.",
        "Exit 2 when it is not, when nobody signed it, or when another key did."
      },
      footer = {"", "Example: perdura evidence verify artifacts/core/20261121T140500Z-3f9c"})
  public static final class Verify implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "the evidence")
    private Path directory;

    @Option(
        names = "--public-key",
        paramLabel = "F",
        description = "whose signature counts; may be repeated (default: the operator's own)")
    private List<Path> publicKeys = new ArrayList<>();

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Verify(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      if (!Files.isDirectory(directory)) {
        throw new Trouble("There is no directory " + directory + ".");
      }
      Manifest.Verdict verdict = Manifest.verify(directory, trusted());
      if (json) {
        console.print(document(verdict).toPrettyString());
      } else {
        console.print(
            (verdict.isSound() ? "sound: " : "NOT SOUND: ")
                + verdict.files()
                + " files, signed by "
                + (verdict.keyId() == null ? "nobody" : verdict.keyId()));
        verdict.faults().forEach(fault -> console.print("  " + fault));
        JsonNode summary = summary();
        console.print(
            "  verdict of the run: "
                + summary.path("verdict").asText(summary.path("result").asText("unknown")));
      }
      return verdict.isSound() ? 0 : Main.NEGATIVE;
    }

    private List<PublicKey> trusted() {
      List<Path> files =
          publicKeys.isEmpty()
              ? List.of(OperatorKey.publicFile(OperatorKey.defaultFile(Environment.ofProcess())))
              : publicKeys;
      return files.stream().map(OperatorKey::readPublic).toList();
    }

    private JsonNode summary() {
      try {
        return Jsons.MAPPER.readTree(
            Files.readString(directory.resolve(EvidenceDirectory.SUMMARY)));
      } catch (IOException e) {
        return Jsons.object();
      }
    }

    private ObjectNode document(Manifest.Verdict verdict) {
      ObjectNode document =
          Jsons.object().put("ok", verdict.isSound()).put("directory", directory.toString());
      document.put("key_id", verdict.keyId()).put("files", verdict.files());
      ArrayNode faults = document.putArray("faults");
      verdict.faults().forEach(faults::add);
      JsonNode summary = summary();
      document.set(
          "verdict", summary.path("verdict").isMissingNode() ? null : summary.get("verdict"));
      return document;
    }
  }
}
