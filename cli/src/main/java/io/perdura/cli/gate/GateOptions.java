package io.perdura.cli.gate;

import io.perdura.cli.service.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every gate takes. */
final class GateOptions {
  @Mixin Target target = new Target();

  @Option(
      names = "--scope",
      paramLabel = "S",
      description =
          "the scope that is judged (default: SCOPE, MEMORY_SCOPE, else the service's default)")
  String scope;

  @Option(
      names = "--tenant-id",
      paramLabel = "T",
      description = "its tenant (default: TENANT_ID, MEMORY_TENANT_ID, else the service's default)")
  String tenant;

  @Option(
      names = "--out-dir",
      paramLabel = "DIR",
      description = "where the evidence goes (default: OUT_DIR, else artifacts/<gate>/<run id>)")
  Path outDir;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "name of the run (default: RUN_ID, else time and chance)")
  String runId;

  @Option(names = "--strict-warnings", description = "warnings fail too (errors always do)")
  boolean strictWarnings;

  @Option(
      names = "--key",
      paramLabel = "F",
      description =
          "the operator's key (default: PERDURA_OPERATOR_KEY, else ~/.config/perdura/operator.key)")
  Path key;

  @Option(names = "--unsigned", description = "run without a key; such evidence never verifies")
  boolean unsigned;

  @Option(
      names = "--release-dir",
      paramLabel = "DIR",
      description =
          "blockers.yml, absent.yml and checks.json of the release (default: release/ of this installation)")
  Path releaseDir;

  @Option(
      names = "--commit",
      paramLabel = "SHA",
      description =
          "the commit that is judged (default: PERDURA_COMMIT, else that of this installation)")
  String commit;

  @Option(
      names = "--only",
      paramLabel = "STEP",
      split = ",",
      description =
          "take this step alone, after the probes; may be repeated. The verdict is partial then, and never a pass")
  List<String> only = new ArrayList<>();

  @Option(names = "--json", description = "print summary.json instead of text")
  boolean json;
}
