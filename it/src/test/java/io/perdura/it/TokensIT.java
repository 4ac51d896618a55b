package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A server that takes tokens: whose, how long, and while keys are exchanged. */
class TokensIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String PLANNER =
      "{'tenant_id':'acme','sub':'planner-1','team_id':'ops','role':'member'}";

  private final GuardedServer guarded = GuardedServer.get();
  private final Api api = guarded.api();

  @Test
  void aTokenOfTheContractIsAPrincipal() {
    ObjectNode claims = Jwt.claims(PLANNER);
    claims.remove("iss");
    claims.remove("aud");
    String scope = "tokens-" + UUID.randomUUID();
    String body = "{\"scope\":\"" + scope + "\",\"session_id\":\"s\",\"title\":\"t\"}";
    Map<String, String> bearer = bearer(Jwt.secret(claims));
    api.post("/v1/memory/events", body, bearer).ok();
    String found = "{\"scope\":\"" + scope + "\",\"type\":\"event\",\"include_meta\":true}";
    var node = api.post("/v1/memory/find", found, bearer).ok().at("/nodes/0");
    assertThat(node.at("/owner_agent_id").textValue()).isEqualTo("planner-1");
    assertThat(api.post("/v1/memory/find", found, bearer).ok().get("tenant_id").textValue())
        .isEqualTo("acme");
    Api.Answer foreign = api.post("/v1/memory/find", "{\"tenant_id\":\"globex\"}", bearer);
    assertThat(foreign.status()).isEqualTo(403);
  }

  @Test
  void keysAreExchangedWithoutARestart() {
    Jwt.Key first = Jwt.Key.rsa("first-" + UUID.randomUUID());
    Jwt.Key second = Jwt.Key.ec("second-" + UUID.randomUUID());
    guarded.publish(Jwt.set(first));
    Poll.until("the first key is known", PATIENCE, () -> status(first) == 200);
    assertThat(status(second)).isEqualTo(401);
    guarded.publish(Jwt.set(first, second));
    Poll.until("the second key is known", PATIENCE, () -> status(second) == 200);
    assertThat(status(first)).isEqualTo(200);
    guarded.publish(null);
    Poll.until(
        "the server noticed that the provider is away",
        PATIENCE,
        () -> guarded.server().logText().contains("the last good ones stay"));
    assertThat(status(first)).isEqualTo(200);
    guarded.publish(Jwt.set(second));
    Poll.until("the first key is out of use", PATIENCE, () -> status(first) == 401);
    assertThat(status(second)).isEqualTo(200);
  }

  @Test
  void everyTokenThatDoesNotCountIsRefusedAlike() {
    Jwt.Key key = Jwt.Key.rsa("refusing-" + UUID.randomUUID());
    guarded.publish(Jwt.set(key));
    Poll.until("the key is known", PATIENCE, () -> status(key) == 200);
    long now = Instant.now().getEpochSecond();
    String good = Jwt.signed(key, Jwt.claims(PLANNER));
    byte[] modulus = key.pair().getPublic().getEncoded();
    byte[] pem =
        ("-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(modulus)
                + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.UTF_8);
    refuse("expired", Jwt.signed(key, Jwt.claims(PLANNER).put("exp", now - 120)));
    refuse("not yet", Jwt.signed(key, Jwt.claims(PLANNER).put("nbf", now + 120)));
    refuse("endless by a typing error", Jwt.signed(key, Jwt.claims(PLANNER).put("exp", "never")));
    refuse(
        "foreign issuer", Jwt.signed(key, Jwt.claims(PLANNER).put("iss", "https://evil.example")));
    refuse("foreign audience", Jwt.signed(key, Jwt.claims(PLANNER).put("aud", "another")));
    ObjectNode nobodys = Jwt.claims(PLANNER);
    nobodys.remove("iss");
    refuse("no issuer", Jwt.signed(key, nobodys));
    refuse("no tenant", Jwt.signed(key, Jwt.claims("{'sub':'planner-1'}")));
    refuse("unknown key", Jwt.signed(Jwt.Key.rsa(key.id()), Jwt.claims(PLANNER)));
    refuse("unsigned", Jwt.unsigned(Jwt.claims(PLANNER)));
    refuse("public key as a secret", Jwt.secret(pem, Jwt.claims(PLANNER)));
    refuse("encoded key as a secret", Jwt.secret(modulus, Jwt.claims(PLANNER)));
    refuse(
        "another secret",
        Jwt.secret("guess".repeat(8).getBytes(StandardCharsets.UTF_8), Jwt.claims(PLANNER)));
    refuse("cut off", good.substring(0, good.length() - 3));
    refuse("no token", "x");
    assertThat(api.post("/v1/memory/find", "{}", Map.of("authorization", good)).status())
        .isEqualTo(401);
    assertThat(api.post("/v1/memory/find", "{}", Map.of("x-api-key", good)).status())
        .isEqualTo(401);
    assertThat(guarded.server().logText())
        .doesNotContain(good)
        .doesNotContain(good.split("\\.")[2]);
  }

  @Test
  void aKeyThatOpensNothingDoesNotBarTheToken() {
    Map<String, String> both =
        Map.of(
            "x-api-key",
            "unknown",
            "authorization",
            "bearer  " + Jwt.secret(Jwt.claims("{'tenant':'globex'}")));
    assertThat(api.post("/v1/memory/find", "{}", both).ok().get("tenant_id").textValue())
        .isEqualTo("globex");
    Map<String, String> twoTenants =
        Map.of(
            "x-api-key",
            GuardedServer.PLANNER,
            "authorization",
            "Bearer " + Jwt.secret(Jwt.claims("{'tenant':'globex'}")));
    assertThat(api.post("/v1/memory/find", "{}", twoTenants).ok().get("tenant_id").textValue())
        .isEqualTo("acme");
  }

  private void refuse(String what, String token) {
    Api.Answer answer = api.post("/v1/memory/find", "{}", bearer(token));
    assertThat(answer.status()).as(what).isEqualTo(401);
    Wire.assertBody(answer.json(), "{'error':'unauthorized','message':'<text>'}");
    assertThat(answer.header("www-authenticate")).as(what).isNull();
  }

  private int status(Jwt.Key key) {
    return api.post("/v1/memory/find", "{}", bearer(Jwt.signed(key, Jwt.claims(PLANNER)))).status();
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("authorization", "Bearer " + token);
  }
}
