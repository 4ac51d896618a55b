package io.perdura.cli.doctor;

import io.perdura.cli.LocalTier;
import io.perdura.cli.Migration;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.local.EmbeddedPostgres;
import io.perdura.cli.local.Installation;
import io.perdura.cli.local.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files, processes and the database of this machine. */
final class InstallationCheckup {
  private static final long MEGABYTE = 1024L * 1024;
  private static final long LITTLE_SPACE = 500;

  private final LocalTier tier;
  private final List<Finding> findings = new ArrayList<>();

  InstallationCheckup(LocalTier tier) {
    this.tier = tier;
  }

  List<Finding> findings() {
    programs();
    state();
    database();
    key();
    return findings;
  }

  private void programs() {
    Installation installation = tier.installation();
    if (Files.isDirectory(installation.liberty())) {
      findings.add(Finding.ok("programs", "Open Liberty is in " + installation.liberty()));
    } else {
      findings.add(
          Finding.remark(
              "programs",
              "there is no Open Liberty in " + installation.liberty(),
              installation.isRelease()
                  ? "Unpack the release again: it is not whole."
                  : "perdura up builds it; a machine that only administers needs none."));
    }
    if (tier.server().running().isPresent() && tier.server().isOutdated()) {
      findings.add(
          Finding.remark(
              "programs",
              "the server runs an older build",
              "perdura down && perdura up starts the new one."));
    }
  }

  private void state() {
    StateDirectory state = tier.state();
    if (!state.exists()) {
      findings.add(Finding.ok("state", "there is no local state in " + state.root() + " (yet)"));
      return;
    }
    Path root = state.root();
    if (!Files.isWritable(root)) {
      findings.add(
          Finding.problem(
              "state",
              root + " cannot be written to",
              "Give it to the account that runs perdura, or set PERDURA_STATE_DIR."));
      return;
    }
    try {
      long free = Files.getFileStore(root).getUsableSpace() / MEGABYTE;
      findings.add(
          free < LITTLE_SPACE
              ? Finding.problem(
                  "state",
                  "only " + free + " MB are free where " + root + " is",
                  "Make room, or set PERDURA_STATE_DIR to a larger disk.")
              : Finding.ok("state", root + ", " + free + " MB free"));
    } catch (IOException e) {
      findings.add(
          Finding.problem(
              "state",
              root + " cannot be looked at: " + e.getMessage(),
              "Repair the disk, or set PERDURA_STATE_DIR."));
    }
  }

  private void database() {
    DatabaseUrl url;
    try {
      if (tier.externalDatabase().isPresent()) {
        url = tier.externalDatabase().get();
      } else if (EmbeddedPostgres.isAvailable()
          && tier.state().exists()
          && tier.postgres().pid().isPresent()) {
        url = tier.postgres().url();
      } else {
        boolean serving = tier.server().running().isPresent();
        findings.add(
            serving
                ? Finding.problem(
                    "database",
                    "the server runs and the embedded database does not",
                    "perdura up brings it back.")
                : Finding.remark(
                    "database",
                    "DATABASE_URL is not set and no embedded database runs",
                    "perdura up starts one."));
        return;
      }
    } catch (Trouble trouble) {
      findings.add(Finding.problem("database", trouble.getMessage(), "Correct DATABASE_URL."));
      return;
    }
    try {
      new Migration(url).requireReachable();
      findings.add(Finding.ok("database", url.target() + " answers"));
      findings.add(Finding.ok("schema", new Migration(url).requireCurrent()));
    } catch (Trouble trouble) {
      boolean schema = trouble.getMessage().startsWith("The schema");
      findings.add(
          Finding.problem(
              schema ? "schema" : "database",
              trouble.getMessage(),
              schema
                  ? "Run perdura migrate."
                  : "Look at the database's own log, the network between, and DATABASE_URL."));
    }
  }

  private void key() {
    Path file = OperatorKey.defaultFile(tier.environment());
    if (!Files.exists(file)) {
      findings.add(
          Finding.remark(
              "operator key",
              "there is none at " + file,
              "Gates sign with it: perdura evidence keygen."));
      return;
    }
    try {
      findings.add(Finding.ok("operator key", file + ", key id " + OperatorKey.read(file).id()));
    } catch (Trouble trouble) {
      findings.add(
          Finding.problem(
              "operator key",
              trouble.getMessage(),
              "Mend its mode, or make another with perdura evidence keygen."));
    }
  }
}
