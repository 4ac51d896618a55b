package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.evidence.Manifest;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;

/** The course of every gate command: whom, what, evidence, steps, signature, verdict. */
abstract class AbstractGateCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final Console console;
  private final String name;

  @Mixin GateOptions options = new GateOptions();

  AbstractGateCommand(Console console, String name) {
    this.console = console;
    this.name = name;
  }

  /** Tells options that cannot be, before anything is looked at. */
  void check() {}

  abstract Gate gate(GateRun run);

  @Override
  public Integer call() {
    check();
    Environment environment = Environment.ofProcess();
    Optional<OperatorKey> key = key(environment);
    ServiceClient client = options.target.client(environment, console);
    String runId = runId(environment);
    Path directory = directory(environment, runId);
    Release release =
        Release.of(
            options.releaseDir,
            options.commit != null
                ? options.commit
                : environment.get("PERDURA_COMMIT").orElse(null));
    JsonNode facts = facts(client);
    GateRun run =
        new GateRun(
            runId,
            client,
            environment,
            release,
            EvidenceDirectory.create(directory, client.credentials().secrets()),
            console,
            given(options.scope, environment, facts, "SCOPE", "MEMORY_SCOPE", "memory_scope"),
            given(
                options.tenant,
                environment,
                facts,
                "TENANT_ID",
                "MEMORY_TENANT_ID",
                "memory_tenant_id"));
    run.inputs.put("scope", run.scope).put("tenant_id", run.tenant);
    run.inputs.put("strict_warnings", options.strictWarnings).put("signed", key.isPresent());
    ObjectNode summary = new GateEngine(gate(run), run, options.strictWarnings).run();
    Manifest.seal(directory, key);
    if (key.isEmpty()) {
      console.note("nobody signed the evidence: it will never verify");
    }
    console.print(options.json ? summary.toPrettyString() : GateText.of(summary, console));
    return summary.path("ok").asBoolean() ? 0 : Main.NEGATIVE;
  }

  private Optional<OperatorKey> key(Environment environment) {
    if (options.unsigned) {
      return Optional.empty();
    }
    Path file = options.key == null ? OperatorKey.defaultFile(environment) : options.key;
    if (!Files.exists(file)) {
      throw new Trouble(
          "There is no key at "
              + file
              + " to sign the evidence with; make one with perdura evidence keygen, or run with --unsigned.");
    }
    return Optional.of(OperatorKey.read(file));
  }

  /** The service's own defaults, as far as it tells them; the first probe says why it does not. */
  private static JsonNode facts(ServiceClient client) {
    try {
      Reply reply = client.get(ServiceSteps.CONFIGURATION);
      return reply.json().path("facts");
    } catch (Unreachable e) {
      return Jsons.MAPPER.missingNode();
    }
  }

  private static String given(
      String flag,
      Environment environment,
      JsonNode facts,
      String name,
      String other,
      String fact) {
    if (flag != null) {
      return flag;
    }
    return environment
        .get(name)
        .or(() -> environment.get(other))
        .orElseGet(() -> facts.path(fact).asText("default"));
  }

  private String runId(Environment environment) {
    byte[] chance = new byte[2];
    new SecureRandom().nextBytes(chance);
    String made = TIME.format(Instant.now()) + "-" + HexFormat.of().formatHex(chance);
    String id = options.runId != null ? options.runId : environment.get("RUN_ID", made);
    if (!RUN_ID.matcher(id).matches()) {
      throw new Trouble(
          "The run id may have letters, digits, dots, dashes and underscores, at most 64.");
    }
    return id;
  }

  private Path directory(Environment environment, String runId) {
    return options.outDir != null
        ? options.outDir
        : environment
            .get("OUT_DIR")
            .map(Path::of)
            .orElseGet(() -> Path.of("artifacts", name, runId));
  }
}
