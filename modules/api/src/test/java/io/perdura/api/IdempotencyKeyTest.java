package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.Principal;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdempotencyKeyTest {
  private static final JsonNode BODY = Jsons.object().put("b", 1).put("a", 2);

  @Test
  void aKeyBelongsToTenantCredentialAndRoute() {
    Exchange exchange = exchange(Routes.WRITE);
    exchange.principal(Optional.of(new Principal("acme", null, null, null, "f1")));
    assertThat(key(exchange, "k1"))
        .isEqualTo(
            new Once(
                "acme", "key:f1", "POST /v1/memory/write", "k1", CanonicalJson.sha256Hex(BODY)));
  }

  @Test
  void withoutCredentialsKeysAreAnonymousAndTheAdminHasItsOwn() {
    assertThat(key(exchange(Routes.EVENTS), "k1").principal()).isEqualTo("anonymous");
    assertThat(key(exchange(Routes.PACKS_IMPORT), "k1").principal()).isEqualTo("admin");
  }

  @Test
  void withoutHeaderAWriteSimplyRuns() {
    assertThat(key(exchange(Routes.WRITE))).isEqualTo(Once.UNKEYED);
  }

  @Test
  void readsIgnoreKeys() {
    assertThat(key(exchange(Routes.FIND), "")).isEqualTo(Once.UNKEYED);
  }

  @Test
  void aKeyHasOneTo255Characters() {
    assertThat(key(exchange(Routes.WRITE), "x".repeat(255)).key()).hasSize(255);
    for (String[] keys : new String[][] {{""}, {"  "}, {"x".repeat(256)}, {"a", "b"}}) {
      assertThatThrownBy(() -> key(exchange(Routes.WRITE), keys))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.code()).isEqualTo("invalid_idempotency_key"));
    }
  }

  @Test
  void aRepeatedRequestIdIsAKeyWhereTwiceWouldCountTwice() {
    Once first = retried(Routes.TOOLS_FEEDBACK, "id-1", BODY);
    assertThat(first.key()).startsWith("x-request-id ").hasSizeLessThanOrEqualTo(255);
    assertThat(retried(Routes.TOOLS_FEEDBACK, " id-1 ", BODY)).isEqualTo(first);
    assertThat(retried(Routes.TOOLS_FEEDBACK, "id-2", BODY).key()).isNotEqualTo(first.key());
    assertThat(retried(Routes.TOOLS_FEEDBACK, "id-1", Jsons.object()).key())
        .as("another body under the same id is another request, not a misuse of a key")
        .isNotEqualTo(first.key());
    assertThat(retried(Routes.FEEDBACK, " ", BODY)).isEqualTo(Once.UNKEYED);
    assertThat(retried(Routes.RULES_STATE, "id-1", BODY)).isEqualTo(Once.UNKEYED);
  }

  private static Once retried(Route route, String requestId, JsonNode body) {
    StubRequest request = StubRequest.of(route).header("x-request-id", requestId);
    return IdempotencyKey.of(exchange(route), request.build(), body);
  }

  private static Exchange exchange(Route route) {
    Exchange exchange = new Exchange("r", route, route.path(), 0);
    exchange.owner(new Owner("acme", "s"));
    return exchange;
  }

  private static Once key(Exchange exchange, String... headers) {
    StubRequest request = StubRequest.of(exchange.route());
    if (headers.length > 0) {
      request.header("idempotency-key", headers);
    }
    return IdempotencyKey.of(exchange, request.build(), BODY);
  }
}
