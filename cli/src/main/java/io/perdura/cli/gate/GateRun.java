package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.service.ServiceClient;
import io.perdura.kernel.Jsons;
import java.security.PublicKey;
import java.util.Set;

/** What the steps of one run share: whom they ask, about what, and what they put on record. */
final class GateRun {
  final String runId;

  /** Null when files are judged and no service. */
  final ServiceClient client;

  final Environment environment;
  final Release release;
  final EvidenceDirectory evidence;
  final Console console;

  /** The scope that is judged, as callers name it, and its tenant; null = the service's own. */
  final String scope;

  final String tenant;

  /** Whose signatures count. */
  Set<PublicKey> trusted = Set.of();

  final ObjectNode inputs = Jsons.object();
  final ObjectNode thresholds = Jsons.object();
  final ObjectNode observed = Jsons.object();
  final ObjectNode versions = Jsons.object();

  GateRun(
      String runId,
      ServiceClient client,
      Environment environment,
      Release release,
      EvidenceDirectory evidence,
      Console console,
      String scope,
      String tenant) {
    this.runId = runId;
    this.client = client;
    this.environment = environment;
    this.release = release;
    this.evidence = evidence;
    this.console = console;
    this.scope = scope;
    this.tenant = tenant;
  }

  /** A request about the judged scope. */
  ObjectNode about() {
    return about(scope);
  }

  /** A request about another scope of the same tenant. */
  ObjectNode about(String other) {
    ObjectNode body = Jsons.object();
    if (tenant != null) {
      body.put("tenant_id", tenant);
    }
    return body.put("scope", other);
  }
}
