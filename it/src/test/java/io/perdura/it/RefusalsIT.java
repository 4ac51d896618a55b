package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint that the OpenAPI document names, called without a credential, with one that does
 * not count, for another tenant, and with bodies that cannot be read: the answer is the contract's,
 * and each call leaves one row in the audit trail, in nobody's chain but the caller's own.
 */
class RefusalsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String HUGE = "{\"x\":\"" + "y".repeat(5 * 1024 * 1024) + "\"}";

  /** Of JSON-RPC. */
  private static final int PARSE_ERROR = -32700;

  private static final int INVALID_REQUEST = -32600;

  private static final String ANONYMOUS = "anonymous";
  private static final String OWN = "tenant/acme";

  private final GuardedServer guarded = GuardedServer.get();
  private final Api api = guarded.api();
  private final Description description = Description.of(api);
  private final Trail trail = new Trail(guarded.database());
  private final String run = UUID.randomUUID().toString();
  private final List<String> bad = new ArrayList<>();
  private final Map<String, Call> calls = new LinkedHashMap<>();

  /** A call that was made, by request id. */
  private record Call(Endpoint endpoint, boolean keyed, int status) {}

  /** An endpoint of the document. */
  private record Endpoint(String method, String path, boolean admin, boolean open) {
    /** With something in place of the path's parameter. */
    String target() {
      return path.replaceAll("\\{[^}]*}", "acme");
    }

    /** Messages and their errors have a form of their own there, behind the credential. */
    boolean isRpc() {
      return path.equals("/mcp");
    }

    boolean takesBody() {
      return method.equals("POST") || method.equals("PUT");
    }
  }

  @Test
  void whoHasNoCredentialThatCountsGetsTheSame401Everywhere() {
    for (Endpoint endpoint : endpoints()) {
      if (endpoint.open()) {
        assertThat(call(endpoint, "{}", Map.of()).status()).as(endpoint.path()).isNotEqualTo(401);
        continue;
      }
      String code = endpoint.admin() ? "unauthorized_admin" : "unauthorized";
      for (Map.Entry<String, Map<String, String>> credentials : worthless(endpoint).entrySet()) {
        Api.Answer answer = call(endpoint, "{}", credentials.getValue());
        expect(endpoint, credentials.getKey(), answer, 401, code);
        if (answer.json().has("details") || answer.header("www-authenticate") != null) {
          bad.add(endpoint + " " + credentials.getKey() + " tells more: " + answer.text());
        }
      }
    }
    nothingBad(400, call -> ANONYMOUS);
  }

  @Test
  void managedKeysThatEndedAreRefusedEverywhere() {
    String tenant = "refused-" + UUID.randomUUID().toString().substring(0, 8);
    control("tenants", "{'tenant_id':'" + tenant + "'}");
    JsonNode expiring = key(tenant, ",'expires_at':'" + Instant.now().plusSeconds(3) + "'");
    JsonNode revoked = key(tenant, "");
    JsonNode rotated = key(tenant, "");
    JsonNode living = key(tenant, "");
    control("api-keys/" + revoked.get("id").textValue() + "/revoke", "{}");
    String replacement =
        control("api-keys/" + rotated.get("id").textValue() + "/rotate", "{}")
            .at("/key/api_key")
            .textValue();
    Map<String, String> ended =
        Map.of(
            "expired", expiring.get("api_key").textValue(),
            "revoked", revoked.get("api_key").textValue(),
            "rotated", rotated.get("api_key").textValue());
    for (String key : ended.values()) {
      Poll.until("the key has ended", PATIENCE, () -> find(key) == 401);
    }
    for (Endpoint endpoint : endpoints()) {
      if (!endpoint.open()) {
        String code = endpoint.admin() ? "unauthorized_admin" : "unauthorized";
        ended.forEach((what, key) ->
            expect(endpoint, what, call(endpoint, "{}", Map.of("x-api-key", key)), 401, code));
      }
    }
    nothingBad(100, call -> ANONYMOUS);
    assertThat(find(replacement)).isEqualTo(200);
    assertThat(find(living.get("api_key").textValue())).isEqualTo(200);
    control("tenants", "{'tenant_id':'" + tenant + "','status':'suspended'}");
    Poll.until(
        "the tenant is suspended", PATIENCE, () -> find(living.get("api_key").textValue()) == 401);
  }

  @Test
  void anotherTenantIsRefusedWhereverItIsNamed() {
    for (Endpoint endpoint : endpoints()) {
      if (endpoint.open() || endpoint.admin()) {
        continue;
      }
      for (Map<String, String> caller : callers()) {
        Map<String, String> headers = new LinkedHashMap<>(caller);
        headers.put("x-tenant-id", "globex");
        Api.Answer byHeader = call(endpoint, "{}", headers);
        expect(endpoint, "header", byHeader, 403, "identity_mismatch");
        if (endpoint.isRpc()) {
          continue; // what a tool's arguments name: see McpAccessIT
        }
        Api.Answer named =
            endpoint.takesBody()
                ? call(endpoint, "{\"tenant_id\":\"globex\"}", caller)
                : api.get(endpoint.target() + "?tenant_id=globex", caller);
        expect(endpoint, "named", named, 403, "identity_mismatch");
        if (!named.json().at("/details/expected").asText().equals("acme")) {
          bad.add(endpoint + " does not say what it expected: " + named.text());
        }
      }
    }
    nothingBad(60, call -> OWN);
  }

  @Test
  void bodiesThatCannotBeReadAreToldBeforeAnythingElse() {
    Map<String, String> key = Map.of("x-api-key", GuardedServer.PLANNER);
    for (Endpoint endpoint : endpoints()) {
      if (!endpoint.takesBody()) {
        continue;
      }
      for (Map<String, String> headers : List.of(Map.<String, String>of(), key, Api.ADMIN)) {
        boolean admitted = headers.equals(key);
        for (String broken : List.of("{", "nonsense", "{\"a\":1}}", "{\"__proto__\":{}}", "")) {
          malformed(endpoint, broken, call(endpoint, broken, headers), admitted, PARSE_ERROR);
        }
        malformed(
            endpoint,
            "bytes that are no UTF-8",
            send(endpoint, "application/json", new byte[] {'"', (byte) 0xff, '"'}, headers),
            admitted,
            PARSE_ERROR);
        Api.Answer form =
            send(
                endpoint,
                "application/x-www-form-urlencoded",
                "a=1".getBytes(StandardCharsets.UTF_8),
                headers);
        if (admitted || !endpoint.isRpc()) {
          expect(endpoint, "a form", form, 415, "unsupported_media_type");
        } else {
          expect(endpoint, "a form", form, 401, "unauthorized");
        }
      }
      expect(endpoint, "5 MiB and more", call(endpoint, HUGE, key), 413, "request_too_large");
      String deep = "[".repeat(1_000) + "]".repeat(1_000);
      malformed(endpoint, "very deep", call(endpoint, deep, key), true, PARSE_ERROR);
    }
    // The credential is looked at after the body, but for /mcp.
    nothingBad(500, call -> call.keyed() && call.endpoint().isRpc() ? OWN : ANONYMOUS);
  }

  @Test
  void arraysAndScalarsAreNoRequests() {
    for (Endpoint endpoint : endpoints()) {
      boolean bodyless =
          description
              .document()
              .get("paths")
              .get(endpoint.path())
              .at("/post/requestBody")
              .isMissingNode();
      if (endpoint.method().equals("POST") && !bodyless) {
        for (String body : List.of("[]", "5", "\"x\"", "null", "true")) {
          Map<String, String> headers = endpoint.admin() ? Api.ADMIN : callers().get(0);
          malformed(endpoint, body, call(endpoint, body, headers), true, INVALID_REQUEST);
        }
      }
    }
    nothingBad(100, RefusalsIT::chainOfTheAdmitted);
  }

  /** What looks like a credential and is none, by name. */
  private Map<String, Map<String, String>> worthless(Endpoint endpoint) {
    long now = Instant.now().getEpochSecond();
    ObjectNode claims = Jwt.claims("{'tenant_id':'acme','sub':'planner'}");
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    all.put("nothing", Map.of());
    all.put("an unknown key", Map.of("x-api-key", "ak_live_" + "A".repeat(32)));
    all.put("a blank key", Map.of("x-api-key", " "));
    all.put("a tenant alone", Map.of("x-tenant-id", "acme"));
    all.put("an expired token", bearer(claims.deepCopy().put("exp", now - 3_600)));
    all.put("a token of later", bearer(claims.deepCopy().put("nbf", now + 3_600)));
    all.put("a foreign issuer", bearer(claims.deepCopy().put("iss", "https://evil.example")));
    all.put("a foreign audience", bearer(claims.deepCopy().put("aud", "another")));
    all.put("no signature", Map.of("authorization", "Bearer " + Jwt.unsigned(claims)));
    all.put("basic", Map.of("authorization", "Basic cGxhbm5lcjpwbGFubmVy"));
    all.put("the wrong admin token", Map.of("x-admin-token", Api.ADMIN_TOKEN + "x"));
    if (endpoint.admin()) {
      all.put("a memory key", Map.of("x-api-key", GuardedServer.PLANNER));
      all.put("a token of the tenant", bearer(claims.deepCopy().put("role", "admin")));
    } else {
      all.put("the admin token", Api.ADMIN);
    }
    return all;
  }

  private static Map<String, String> bearer(ObjectNode claims) {
    return Map.of("authorization", "Bearer " + Jwt.secret(claims));
  }

  /** The same caller with a key and with a token. */
  private static List<Map<String, String>> callers() {
    return List.of(
        Map.of("x-api-key", GuardedServer.PLANNER),
        bearer(Jwt.claims("{'tenant_id':'acme','sub':'planner','team_id':'ops'}")));
  }

  private List<Endpoint> endpoints() {
    List<Endpoint> endpoints = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : description.document().get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        JsonNode security = operation.getValue().get("security");
        endpoints.add(
            new Endpoint(
                operation.getKey().toUpperCase(Locale.ROOT),
                path.getKey(),
                security != null && !security.isEmpty(),
                security != null && security.isEmpty()));
      }
    }
    assertThat(endpoints).hasSizeGreaterThan(40);
    return endpoints;
  }

  private Api.Answer call(Endpoint endpoint, String body, Map<String, String> headers) {
    return endpoint.takesBody()
        ? send(endpoint, "application/json", body.getBytes(StandardCharsets.UTF_8), headers)
        : send(endpoint, null, null, headers);
  }

  private Api.Answer send(
      Endpoint endpoint, String type, byte[] body, Map<String, String> headers) {
    String id = run + ":" + calls.size();
    Map<String, String> named = new LinkedHashMap<>(headers);
    named.put("x-request-id", id);
    Api.Answer answer = api.send(endpoint.method(), endpoint.target(), type, body, named);
    boolean keyed = GuardedServer.PLANNER.equals(headers.get("x-api-key"));
    calls.put(id, new Call(endpoint, keyed, answer.status()));
    return answer;
  }

  private void malformed(
      Endpoint endpoint, String what, Api.Answer answer, boolean admitted, int rpcCode) {
    if (!endpoint.isRpc()) {
      expect(endpoint, what, answer, 400, "invalid_request");
    } else if (!admitted) {
      expect(endpoint, what, answer, 401, "unauthorized");
    } else if (answer.status() != 400 || answer.json().at("/error/code").asInt() != rpcCode) {
      bad.add(endpoint + " " + what + ": " + answer.status() + " " + answer.text());
    }
  }

  private void expect(Endpoint endpoint, String what, Api.Answer answer, int status, String code) {
    String error = answer.text().startsWith("{") ? answer.json().path("error").asText() : "";
    if (answer.status() != status || !error.equals(code) || answer.header("x-request-id") == null) {
      bad.add(endpoint + " " + what + ": " + answer.status() + " " + answer.text());
    }
  }

  /**
   * Fails when an answer was not as it should be, or a call has no row of its own, or more than
   * one, or one in another chain than {@code chain} says.
   */
  private void nothingBad(int atLeast, Function<Call, String> chain) {
    assertThat(bad).as("of %d calls", calls.size()).isEmpty();
    assertThat(calls).hasSizeGreaterThan(atLeast);
    // Rows keep their order on the way: when this one has arrived, so have all before it.
    String last = run + " last";
    api.post("/v1/memory/find", "{}", Map.of("x-request-id", last));
    Poll.until("the rows are linked", PATIENCE, () -> trail.isLinked(last));
    Map<String, List<Trail.Row>> rows =
        trail.rows(run + ":").stream().collect(Collectors.groupingBy(Trail.Row::requestId));
    calls.forEach((id, call) -> {
      List<String> owed = call.endpoint().open() ? List.of() : List.of(row(call, chain));
      List<String> found = rows.getOrDefault(id, List.of()).stream().map(RefusalsIT::told).toList();
      if (!found.equals(owed)) {
        bad.add(call + " left " + found + " and not " + owed);
      }
    });
    assertThat(bad).as("rows of %d calls", calls.size()).isEmpty();
  }

  private static String row(Call call, Function<Call, String> chain) {
    Endpoint endpoint = call.endpoint();
    return chain.apply(call)
        + " "
        + endpoint.method()
        + " "
        + endpoint.path()
        + " "
        + call.status();
  }

  private static String told(Trail.Row row) {
    return row.chain()
        + " "
        + row.entry().get("call").textValue()
        + " "
        + row.entry().get("status").intValue();
  }

  /** The administration has a chain of its own; packs are no part of it. */
  private static String chainOfTheAdmitted(Call call) {
    Endpoint endpoint = call.endpoint();
    if (!endpoint.admin()) {
      return OWN;
    }
    return endpoint.path().startsWith("/v1/admin/") ? "control" : ANONYMOUS;
  }

  private int find(String key) {
    return api.post("/v1/memory/find", "{}", Map.of("x-api-key", key)).status();
  }

  private JsonNode key(String tenant, String more) {
    return control("api-keys", "{'tenant_id':'" + tenant + "'" + more + "}").get("key");
  }

  private JsonNode control(String path, String body) {
    return api.post("/v1/admin/control/" + path, body.replace('\'', '"'), Api.ADMIN).ok();
  }
}
