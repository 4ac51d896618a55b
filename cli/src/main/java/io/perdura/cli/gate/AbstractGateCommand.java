package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.evidence.Manifest;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** The course of every gate command: whom, what, evidence, steps, signature, verdict. */
abstract class AbstractGateCommand implements Callable<Integer> {
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
    Optional<OperatorKey> key = Signing.key(options.key, options.unsigned, environment);
    ServiceClient client = options.target.client(environment, console);
    String runId = Signing.runId(options.runId, environment);
    Path directory = Signing.directory(options.outDir, environment, name, runId);
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
    run.trusted = Signing.own(options.key, environment);
    run.inputs.put("scope", run.scope).put("tenant_id", run.tenant);
    run.inputs.put("strict_warnings", options.strictWarnings).put("signed", key.isPresent());
    if (!options.only.isEmpty()) {
      options.only.forEach(run.inputs.putArray("only")::add);
    }
    ObjectNode summary = new GateEngine(gate(run), run, options.strictWarnings, options.only).run();
    Manifest.seal(directory, key);
    if (key.isEmpty()) {
      console.note("nobody signed the evidence: it will never verify");
    }
    console.print(options.json ? summary.toPrettyString() : GateText.of(summary, console));
    return summary.path("ok").asBoolean() ? 0 : Main.NEGATIVE;
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
}
