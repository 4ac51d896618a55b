package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Credentials;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The two-hours-before list: does the running service run as production must, are its workers
 * alive, and does memory answer. It looks and changes nothing; what the service runs with is the
 * service's own word, never this process's environment.
 */
final class PreflightSteps {
  private static final int MOST_ASKED = 12;
  private static final long HEARTBEAT_LIMIT_MS = 6_000;

  /** A read of memory that no telemetry counts. */
  private static final String NO_TRACE_ROUTE = "/v1/memory/rules/evaluate";

  private static final Set<String> EMBEDDER_TROUBLE =
      Set.of(
          "upstream_embedding_rate_limited",
          "upstream_embedding_unavailable",
          "upstream_embedding_bad_response");

  private final GateRun run;
  private final boolean enforce;

  /**
   * Preflight of a service.
   *
   * @param enforce whether what is not as in production decides, or is only remarked on
   */
  PreflightSteps(GateRun run, boolean enforce) {
    this.run = run;
    this.enforce = enforce;
  }

  List<Step> steps() {
    return List.of(
        Step.ofMode(
            enforce ? Step.Mode.BLOCKING : Step.Mode.NON_BLOCKING,
            "orchestration",
            this::orchestration),
        Step.advisory("orchestration_advice", this::advice),
        Step.blocking("members", this::members),
        Step.blocking("credential_required", this::credentialRequired),
        Step.blocking("recall_text_smoke", this::recallText));
  }

  /** The configuration of every server that the address leads to, by the server's name. */
  private SortedMap<String, JsonNode> configurations() {
    SortedMap<String, JsonNode> seen = new TreeMap<>();
    int asked = 0;
    while (asked < MOST_ASKED) {
      Reply reply =
          run.client
              .with(
                  run.client.credentials()) // a connection of its own: a balancer may choose again
              .get(ServiceSteps.CONFIGURATION);
      if (!reply.isOk()) {
        throw new IllegalStateException("the configuration: " + reply.complaint());
      }
      JsonNode body = reply.json();
      seen.put(body.path("server").path("id").asText("unnamed"), body);
      asked++;
      if (asked >= 2 && seen.size() >= serving().size()) {
        break;
      }
    }
    return seen;
  }

  private Set<String> serving() {
    Set<String> serving = new TreeSet<>();
    for (JsonNode member : membersNow()) {
      if (!member.path("role").asText().equals("worker")) {
        serving.add(member.path("id").asText());
      }
    }
    return serving;
  }

  private JsonNode membersNow() {
    Reply reply = run.client.get("/v1/admin/control/members");
    if (!reply.isOk()) {
      throw new IllegalStateException("the list of members: " + reply.complaint());
    }
    return reply.json().path("members");
  }

  private Outcome orchestration() {
    ObjectNode output = Jsons.object();
    List<String> reasons = new ArrayList<>();
    SortedMap<String, JsonNode> servers = configurations();
    servers.forEach((id, body) -> {
      JsonNode facts = body.path("facts");
      ObjectNode checks = checks(facts);
      ObjectNode one = output.putObject(id);
      one.set("facts", facts);
      one.set("checks", checks);
      checks
          .properties()
          .forEach(check -> {
            if (!check.getValue().asBoolean()) {
              reasons.add(check.getKey() + " is not so on " + id);
            }
          });
      reasons.addAll(differences(id, facts));
    });
    JsonNode first = servers.get(servers.firstKey()).path("facts");
    run.observed.put("app_env", first.path("app_env").asText());
    run.observed.put("auth_mode", first.path("auth_mode").asText());
    run.thresholds.put("app_env", "prod").put("auth_mode", "not off");
    return Outcome.judged(output, reasons);
  }

  /** A fact that is not there is none: it does not count as well. */
  private static ObjectNode checks(JsonNode facts) {
    ObjectNode checks = Jsons.object();
    checks.put("app_env_prod", facts.path("app_env").asText().equals("prod"));
    String auth = facts.path("auth_mode").asText("off");
    checks.put("auth_mode_secure", !auth.equals("off") && !auth.isEmpty());
    checks.put("rate_limit_enabled", facts.path("rate_limit_enabled").asBoolean(false));
    checks.put("tenant_quota_enabled", facts.path("tenant_quota_enabled").asBoolean(false));
    checks.put("loopback_bypass_disabled", !facts.path("loopback_bypass").asBoolean(true));
    checks.put("cors_explicit", !facts.path("cors_wildcard").asBoolean(true));
    checks.put("benchmark_endpoints_off", !facts.path("benchmark_endpoints").asBoolean(true));
    checks.put("start_services_disabled", true); // this command starts nothing
    return checks;
  }

  /** What the caller's environment says and the service does not. */
  private List<String> differences(String id, JsonNode facts) {
    List<String> differences = new ArrayList<>();
    compare(differences, id, "APP_ENV", facts.path("app_env").asText());
    compare(differences, id, "MEMORY_AUTH_MODE", facts.path("auth_mode").asText());
    compare(differences, id, "RATE_LIMIT_ENABLED", facts.path("rate_limit_enabled").asText());
    compare(differences, id, "TENANT_QUOTA_ENABLED", facts.path("tenant_quota_enabled").asText());
    compare(differences, id, "RATE_LIMIT_BYPASS_LOOPBACK", facts.path("loopback_bypass").asText());
    return differences;
  }

  private void compare(List<String> differences, String id, String name, String actual) {
    Optional<String> expected = run.environment.get(name).map(String::trim);
    String wanted = expected.map(text -> text.equals("production") ? "prod" : text).orElse(actual);
    if (!wanted.toLowerCase(Locale.ROOT).equals(actual)) {
      differences.add(
          name + " is " + actual + " on " + id + ", the environment here says " + wanted);
    }
  }

  private Outcome advice() {
    ObjectNode output = Jsons.object();
    List<String> reasons = new ArrayList<>();
    SortedMap<String, JsonNode> servers = configurations();
    servers.forEach((id, body) -> {
      JsonNode facts = body.path("facts");
      String profile = body.path("settings").path("MEMORY_RECALL_PROFILE").asText("");
      output
          .putObject(id)
          .put("trust_proxy", facts.path("trust_proxy").asBoolean())
          .put("recall_profile", profile);
      if (!facts.path("trust_proxy").asBoolean()) {
        reasons.add("TRUST_PROXY is off on " + id + ": right only where no proxy stands in front");
      }
      if (!profile.equals("strict_edges")) {
        reasons.add(
            "MEMORY_RECALL_PROFILE is " + profile + " on " + id + ", production's is strict_edges");
      }
      if (facts.path("database_loopback").asBoolean()) {
        reasons.add("the database of " + id + " is on the same host");
      }
    });
    Set<String> unseen = serving();
    unseen.removeAll(servers.keySet());
    unseen.forEach(
        id -> reasons.add("the configuration of " + id + " was not seen behind this address"));
    return Outcome.remarked(output, reasons);
  }

  private Outcome members() {
    JsonNode members = membersNow();
    List<String> reasons = new ArrayList<>();
    int workers = 0;
    int servers = 0;
    Set<String> versions = new TreeSet<>();
    for (JsonNode member : members) {
      String id = member.path("id").asText();
      String role = member.path("role").asText();
      versions.add(member.path("version").asText());
      boolean alive = member.path("heartbeat_age_ms").asLong(Long.MAX_VALUE) <= HEARTBEAT_LIMIT_MS;
      boolean up = member.path("state").asText().equals("up");
      workers += alive && !role.equals("api") ? 1 : 0;
      servers += alive && up && !role.equals("worker") ? 1 : 0;
      if (!alive) {
        reasons.add("heartbeat_old: " + id + ", " + member.path("heartbeat_age_ms") + " ms");
      }
    }
    if (workers == 0) {
      reasons.add("no_worker: no server of role worker or all has a heartbeat");
    }
    if (servers == 0) {
      reasons.add("no_api_server");
    }
    if (versions.size() > 1) {
      reasons.add("versions_differ: " + String.join(", ", versions));
    }
    run.observed.put("workers", workers).put("api_servers", servers);
    run.thresholds.put("workers", "at least 1").put("api_servers", "at least 1");
    ObjectNode output = Jsons.object();
    output.set("members", members);
    return Outcome.judged(output, reasons);
  }

  /** Not only configured: a caller without a credential really is turned away. */
  private Outcome credentialRequired() {
    Credentials nobody = new Credentials(Optional.empty(), Optional.empty(), Optional.empty());
    Credentials impostor =
        new Credentials(Optional.of("not-the-admin-token"), Optional.empty(), Optional.empty());
    Reply memory = run.client.with(nobody).post(NO_TRACE_ROUTE, run.about());
    Reply administration = run.client.with(impostor).get("/v1/admin/control/members");
    ObjectNode output = Jsons.object();
    output.set("memory_without_credential", memory.document().without("body"));
    output.set("administration_with_wrong_token", administration.document());
    List<String> reasons = new ArrayList<>();
    if (enforce && memory.status() != 401) {
      reasons.add("memory_open: a call without a credential was answered with " + memory.status());
    }
    if (administration.status() != 401) {
      reasons.add(
          "administration_open: a wrong token was answered with " + administration.status());
    }
    return Outcome.judged(output, reasons);
  }

  private Outcome recallText() {
    ObjectNode question =
        run.about().put("query_text", "is the service ready to go live").put("limit", 5);
    Reply reply = run.client.probe("/v1/memory/recall_text", question);
    ObjectNode output = Jsons.object().put("status", reply.status()).put("error", reply.error());
    ArrayNode seeds = output.putArray("seeds");
    reply.json().path("seeds").forEach(seed -> seeds.add(seed.path("id")));
    run.observed.put("recall_text_smoke_http", reply.status());
    boolean excused = EMBEDDER_TROUBLE.contains(reply.error());
    if (reply.isOk()) {
      return Outcome.pass(output);
    }
    return excused
        ? Outcome.remarked(output, List.of("recall_text_embedder: " + reply.complaint()))
        : Outcome.fail(output, "recall_text_failed: " + reply.complaint());
  }
}
