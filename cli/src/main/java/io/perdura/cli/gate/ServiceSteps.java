package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks that every gate takes first: is there a service, is it ours, and may we judge it. */
final class ServiceSteps {
  static final String CONFIGURATION = "/v1/admin/control/configuration";

  private static final Pattern JDBC = Pattern.compile("jdbc:postgresql://([^/]+)/([^?]+).*");

  private final GateRun run;

  ServiceSteps(GateRun run) {
    this.run = run;
  }

  /** Health as the contract and the platform tell it; anything but ready is no service to judge. */
  Step service() {
    return Step.probe("service", this::look);
  }

  /** Whether the credential opens the administration, where most of the facts come from. */
  Step administration() {
    return Step.probe("administration", this::administer);
  }

  /** Whether the service works on the database that the operator means. */
  Step databaseIdentity() {
    return Step.blocking("database_identity", this::identify);
  }

  private Outcome look() {
    ObjectNode output = Jsons.object();
    List<String> reasons = new ArrayList<>();
    Reply health = run.client.get("/health");
    output.set("health", health.document());
    if (!health.isOk() || !health.json().path("ok").asBoolean()) {
      reasons.add("health_bad: " + health.complaint());
    }
    for (String probe : new String[] {"live", "ready"}) {
      Reply reply = run.client.get("/health/" + probe);
      output.set(probe, reply.document());
      if (reply.status() != 200) {
        reasons.add("health_" + probe + ": " + failedChecks(reply));
      }
    }
    Reply route = run.client.probe("/v1/memory/recall", Jsons.object());
    output.set("recall_with_empty_body", route.document());
    if (route.status() == 404) {
      reasons.add("recall_route_missing");
    }
    return Outcome.judged(output, reasons);
  }

  private static String failedChecks(Reply reply) {
    List<String> failed = new ArrayList<>();
    for (JsonNode check : reply.json().path("checks")) {
      if (!check.path("status").asText().equals("UP")) {
        failed.add(check.path("name").asText());
      }
    }
    return failed.isEmpty() ? reply.complaint() : String.join(", ", failed);
  }

  private Outcome administer() {
    if (run.client.credentials().admin().isEmpty()) {
      return Outcome.notProven(null, "no_admin_credential: give ADMIN_TOKEN or --admin-token-file");
    }
    Reply reply = run.client.get(CONFIGURATION);
    if (!reply.isOk()) {
      return Outcome.notProven(
          reply.document(), "configuration_not_published: " + reply.complaint());
    }
    JsonNode server = reply.json().path("server");
    run.versions.put("service", server.path("version").asText(null));
    run.versions.put("schema_required", server.path("schema_required").asText(null));
    return Outcome.pass(reply.document());
  }

  private Outcome identify() {
    String published = run.client.get("/health").json().path("database_target_hash").asText(null);
    Optional<String> local =
        run.environment.get("DATABASE_URL").map(DatabaseUrl::parse).map(DatabaseUrl::jdbcUrl);
    ObjectNode output = Jsons.object().put("published", published);
    if (local.isEmpty() || published == null) {
      output.putNull("match");
      run.observed.putNull("db_target_hash_match");
      return new Outcome(
          Status.SKIPPED,
          List.of(
              local.isEmpty() ? "DATABASE_URL is not set here" : "the service publishes no hash"),
          output);
    }
    String hash = hash(local.get());
    output.put("of_database_url", hash).put("match", hash.equals(published));
    run.observed.put("db_target_hash_match", hash.equals(published));
    return hash.equals(published)
        ? Outcome.pass(output)
        : Outcome.fail(
            output, "database_differs: the service works on another one than DATABASE_URL");
  }

  /** The contract's hash: every spelling of this host is {@code loopback}. */
  static String hash(String jdbcUrl) {
    Matcher parts = JDBC.matcher(jdbcUrl);
    if (!parts.matches()) {
      return "";
    }
    StringBuilder target = new StringBuilder();
    for (String host : parts.group(1).split(",")) {
      String lower = host.toLowerCase(java.util.Locale.ROOT);
      String canonical = lower.replaceFirst("^(localhost|127\\.0\\.0\\.1|\\[::1]):", "loopback:");
      target.append(target.isEmpty() ? "" : ",").append(canonical);
    }
    return Hashes.sha256Hex(target + "/" + parts.group(2));
  }
}
