package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.access.AdminGate;
import io.perdura.access.AdminToken;
import io.perdura.access.Authenticator;
import io.perdura.access.ClientAddress;
import io.perdura.access.IdentityRules;
import io.perdura.access.InflightGate;
import io.perdura.access.InflightGates;
import io.perdura.access.Limiter;
import io.perdura.access.WorkClass;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each test breaks a request in two places and looks which one is told. */
class CallsTest {
  private static final Map<String, String> KEYED =
      Map.of(
          "MEMORY_AUTH_MODE",
          "api_key",
          "MEMORY_API_KEYS_JSON",
          "{\"k\":{\"tenant_id\":\"acme\",\"agent_id\":\"a\"}}",
          "ADMIN_TOKEN",
          "secret",
          "API_WRITE_MAX_INFLIGHT",
          "1",
          "API_WRITE_QUEUE_MAX",
          "0",
          "API_RECALL_MAX_INFLIGHT",
          "1",
          "API_RECALL_QUEUE_MAX",
          "0");

  private final List<String> steps = new ArrayList<>();
  private boolean limited;
  private final InflightGates gates = new InflightGates(Settings.of(KEYED));
  private final Calls calls = calls(KEYED);

  @Test
  void theBodyIsReadBeforeTheCredentialIsAskedFor() {
    refuses("invalid_request", StubRequest.json(Routes.WRITE, "{"));
  }

  @Test
  void theCredentialComesBeforeIdentity() {
    refuses("unauthorized", StubRequest.json(Routes.WRITE, "{\"tenant_id\":\"globex\"}"));
  }

  @Test
  void identityComesBeforeLimits() {
    limited = true;
    refuses("identity_mismatch", keyed(Routes.WRITE, "{\"tenant_id\":\"globex\"}"));
    assertThat(steps).isEmpty();
  }

  @Test
  void limitsComeBeforeTheGate() {
    limited = true;
    try (InflightGate.Permit only = gates.of(WorkClass.WRITE).enter()) {
      assertThat(only).isNotNull();
      refuses("rate_limited", keyed(Routes.WRITE, "{}"));
    }
  }

  @Test
  void theGateComesBeforeValidation() {
    try (InflightGate.Permit only = gates.of(WorkClass.WRITE).enter()) {
      assertThat(only).isNotNull();
      refuses("write_backpressure", keyed(Routes.WRITE, "{}"));
      refuses("write_backpressure", keyed(Routes.EVENTS, "{}"));
      assertThat(steps).containsExactly("WRITE acme", "WRITE acme");
    }
  }

  @Test
  void maintenancePassesNoGate() {
    try (InflightGate.Permit only = gates.of(WorkClass.WRITE).enter()) {
      assertThat(only).isNotNull();
      refuses("invalid", keyed(Routes.REHYDRATE, "{}"));
    }
  }

  @Test
  void recallIsValidatedBeforeItIsCharged() {
    limited = true;
    refuses("invalid", keyed(Routes.RECALL, "{}"));
    assertThat(steps).containsExactly("read");
  }

  @Test
  void recallTextIsChargedForEmbeddingAndDebug() {
    passesReading = true;
    try (InflightGate.Permit only = gates.of(WorkClass.RECALL).enter()) {
      assertThat(only).isNotNull();
      refuses(
          "recall_backpressure",
          keyed(Routes.RECALL_TEXT, "{\"return_debug\":true,\"include_embeddings\":true}"));
    }
    assertThat(steps)
        .containsExactly("read", "RECALL acme", "DEBUG_EMBEDDINGS acme", "RECALL_TEXT_EMBED acme");
  }

  @Test
  void packsAskForTheAdminTokenAlone() {
    refuses("unauthorized_admin", keyed(Routes.PACKS_EXPORT, "{}"));
    refuses(
        "invalid",
        StubRequest.json(Routes.PACKS_EXPORT, "{\"tenant_id\":\"globex\"}")
            .header("x-admin-token", "secret"));
    assertThat(steps).containsExactly("RECALL globex", "read");
  }

  @Test
  void aReadIsAProbeForAnAdministratorAlone() {
    refuses("unauthorized_admin", keyed(Routes.FIND, "{}").header("x-perdura-probe", "true"));
    HttpServletRequest probe = probed(Routes.FIND);
    assertThatThrownBy(() -> calls.post(probe, this::read, (a, b) -> null)).hasMessage("x");
    assertThat(Exchange.of(probe).isProbe()).isTrue();
  }

  @Test
  void aWriteIsNeverAProbe() {
    HttpServletRequest write = probed(Routes.WRITE);
    assertThatThrownBy(() -> calls.post(write, this::read, (a, b) -> null)).hasMessage("x");
    assertThat(Exchange.of(write).isProbe()).isFalse();
  }

  private static HttpServletRequest probed(Route route) {
    return attached(
        route,
        keyed(route, "{}").header("x-perdura-probe", "true").header("x-admin-token", "secret"));
  }

  @Test
  void withoutAdminTokenNothingIsAdministered() {
    Map<String, String> settings = new HashMap<>(KEYED);
    settings.remove("ADMIN_TOKEN");
    HttpServletRequest request =
        attached(Routes.PACKS_EXPORT, StubRequest.json(Routes.PACKS_EXPORT, "{}"));
    assertThatThrownBy(() -> calls(settings).post(request, body -> body, (a, b) -> null))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("admin_not_configured"));
  }

  @Test
  void theIdentityIsFilledInBeforeTheBodyIsRead() {
    HttpServletRequest request =
        attached(Routes.FIND, keyed(Routes.FIND, "{\"consumer_agent_id\":\" \"}"));
    List<String> bodies = new ArrayList<>();
    assertThatThrownBy(() ->
            calls.post(
                request,
                body -> {
                  bodies.add(body.toString());
                  throw new ApiException(400, "invalid", "x");
                },
                (a, b) -> null))
        .isInstanceOf(ApiException.class);
    assertThat(bodies).containsExactly("{\"consumer_agent_id\":\"a\",\"tenant_id\":\"acme\"}");
    assertThat(Exchange.of(request).owner()).isEqualTo(new Owner("acme", "default"));
  }

  @Test
  void aRequestWithoutCredentialIsNobodysInTelemetry() {
    HttpServletRequest request =
        attached(Routes.FIND, StubRequest.json(Routes.FIND, "{\"tenant_id\":\"acme\"}"));
    assertThatThrownBy(() -> calls.post(request, body -> body, (a, b) -> null))
        .isInstanceOf(ApiException.class);
    assertThat(Exchange.of(request).owner()).isEqualTo(new Owner("default", "default"));
  }

  @Test
  void theSlotIsGivenBackWhateverHappens() {
    refuses("invalid", keyed(Routes.WRITE, "{}"));
    assertThat(gates.of(WorkClass.WRITE).inflight()).isZero();
  }

  private boolean passesReading;

  private void refuses(String code, StubRequest stub) {
    HttpServletRequest plain = stub.build();
    Route route = Routes.find(plain.getMethod(), plain.getRequestURI());
    HttpServletRequest request = attached(route, stub);
    assertThatThrownBy(() -> calls.post(request, this::read, (a, b) -> null))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private Object read(Object body) {
    steps.add("read");
    if (passesReading) {
      return body;
    }
    throw new ApiException(400, "invalid", "x");
  }

  private static StubRequest keyed(Route route, String body) {
    return StubRequest.json(route, body).header("x-api-key", "k");
  }

  private static HttpServletRequest attached(Route route, StubRequest stub) {
    HttpServletRequest request = stub.build();
    new Exchange("r1", route, request.getRequestURI(), System.nanoTime()).attach(request);
    return request;
  }

  private Calls calls(Map<String, String> values) {
    Settings settings = Settings.of(values);
    Limiter limiter =
        (categories, caller) -> {
          categories.forEach(category -> steps.add(category + " " + caller.tenantId()));
          if (limited) {
            throw new ApiException(429, "rate_limited", "x");
          }
        };
    AdminToken adminToken = new AdminToken(settings);
    Admission admission =
        new Admission(
            new Authenticator(settings, key -> Optional.empty(), token -> Optional.empty()),
            adminToken,
            new AdminGate(adminToken, null),
            new IdentityRules(settings),
            new ClientAddress(settings),
            limiter,
            settings);
    return new Calls(admission, gates, adminToken);
  }
}
