package io.perdura.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Versions;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A running service: is it ready, do its parts live, and does our credential open it. */
final class ServiceCheckup {
  /** What to do about a readiness check that is down. */
  private static final Map<String, String> MEND =
      Map.of(
          "database",
              "Is the primary there, and does it take writes? perdura logs --component database shows the local one's log.",
          "schema",
              "Run perdura migrate with this release, then the servers become ready by themselves.",
          "embedding",
              "Look at EMBEDDING_PROVIDER and its credential; perdura logs names the fault.",
          "token_keys",
              "The keys of the identity provider were never read: look at PERDURA_JWT_KEYS_LOCATION.",
          "audit",
              "Rows of the audit trail have no room: free the disk of PERDURA_STATE_DIR or bring the database back.");

  private final ServiceClient client;
  private final List<Finding> findings = new ArrayList<>();

  ServiceCheckup(ServiceClient client) {
    this.client = client;
  }

  List<Finding> findings() {
    try {
      readiness();
      administration();
    } catch (Unreachable e) {
      findings.add(
          Finding.problem(
              "service",
              e.getMessage(),
              "Is it started, is the address right, does a firewall stand between?"));
    }
    return findings;
  }

  private void readiness() {
    Reply ready = client.get("/health/ready");
    if (ready.status() == 200) {
      findings.add(Finding.ok("service", client.address() + " is ready"));
      return;
    }
    boolean told = false;
    for (JsonNode check : ready.json().path("checks")) {
      if (!check.path("status").asText().equals("UP")) {
        told = true;
        String name = check.path("name").asText();
        findings.add(
            Finding.problem(
                "service",
                "not ready: " + name + " " + check.path("data"),
                MEND.getOrDefault(name, "See perdura logs.")));
      }
    }
    if (!told) {
      findings.add(
          Finding.problem("service", "not ready: " + ready.complaint(), "See perdura logs."));
    }
  }

  private void administration() {
    if (client.credentials().admin().isEmpty()) {
      findings.add(
          Finding.remark(
              "administration",
              "no credential is given",
              "Set ADMIN_TOKEN or --admin-token-file; gates and jobs need it."));
      return;
    }
    Reply members = client.get("/v1/admin/control/members");
    if (!members.isOk()) {
      String mend =
          switch (members.error()) {
            case "admin_not_configured" ->
                "The service has no ADMIN_TOKEN: set one and start it again.";
            case "unauthorized_admin" -> "The credential is not (or no longer) valid.";
            case "forbidden_admin" ->
                "The credential's role or tenants do not reach: gates need an operator of the whole service.";
            default -> "See perdura logs.";
          };
      findings.add(Finding.problem("administration", members.complaint(), mend));
      return;
    }
    int workers = 0;
    Set<String> versions = new TreeSet<>();
    for (JsonNode member : members.json().path("members")) {
      workers += member.path("role").asText().equals("api") ? 0 : 1;
      versions.add(member.path("version").asText());
    }
    findings.add(
        workers == 0
            ? Finding.problem(
                "members", "no server runs jobs", "Start one with role worker: perdura run worker.")
            : Finding.ok(
                "members",
                members.json().path("members").size()
                    + " alive, "
                    + workers
                    + " of them run jobs"));
    if (versions.size() > 1) {
      findings.add(
          Finding.remark(
              "members",
              "versions differ: " + String.join(", ", versions),
              "Finish the upgrade, or roll it back."));
    }
    if (!versions.isEmpty() && !versions.contains(Versions.current())) {
      findings.add(
          Finding.remark(
              "members",
              "the service is "
                  + String.join(", ", versions)
                  + ", this command is "
                  + Versions.current(),
              "Use the command of the service's release."));
    }
  }
}
