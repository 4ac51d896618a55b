package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two servers on one database: what is done to a key on one holds on both. */
class ManagedKeysIT {
  private static final String BASE = "/v1/admin/control/";
  private static final Duration PROMISED = Duration.ofSeconds(2);

  private static TestDatabase database;
  private static LibertyServer one;
  private static LibertyServer two;

  @BeforeAll
  static void start() {
    database = TestDatabase.fresh();
    one = server("keys-one").launch();
    two = server("keys-two").launch();
    one.awaitReady(Duration.ofSeconds(150));
    two.awaitReady(Duration.ofSeconds(150));
  }

  private static LibertyServer server(String name) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("MEMORY_AUTH_MODE", "api_key");
  }

  @AfterAll
  static void stop() {
    one.close();
    two.close();
    database.close();
  }

  private static JsonNode post(String path, String body) {
    return one.api().post(BASE + path, body.replace('\'', '"'), Api.ADMIN).ok();
  }

  private static int find(LibertyServer server, String key) {
    return server.api().post("/v1/memory/find", "{}", Map.of("x-api-key", key)).status();
  }

  /** Waits until both refuse the key and tells that it took no longer than promised. */
  private static void isRefusedByBothInTime(String key, long since) {
    for (LibertyServer server : new LibertyServer[] {one, two}) {
      AtomicInteger last = new AtomicInteger();
      Poll.until(
          server.node() + " refuses the key",
          Duration.ofSeconds(10),
          () -> {
            last.set(find(server, key));
            return last.get() == 401;
          });
    }
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(PROMISED);
  }

  @Test
  void aKeyWorksUntilItIsRevokedOnEveryServerWithinTwoSeconds() {
    post("tenants", "{'tenant_id':'acme'}");
    JsonNode made = post("api-keys", "{'tenant_id':'acme','agent_id':'a'}").get("key");
    String key = made.get("api_key").textValue();
    assertThat(find(one, key)).isEqualTo(200);
    assertThat(find(two, key)).isEqualTo(200);
    JsonNode found = two.api().post("/v1/memory/find", "{}", Map.of("x-api-key", key)).ok();
    assertThat(found.get("tenant_id").textValue()).isEqualTo("acme");

    JsonNode rotated =
        post("api-keys/" + made.get("id").textValue() + "/rotate", "{'overlap_seconds':3600}")
            .get("key");
    String next = rotated.get("api_key").textValue();
    for (LibertyServer server : new LibertyServer[] {one, two}) {
      assertThat(find(server, key)).as("the old key overlaps").isEqualTo(200);
      assertThat(find(server, next)).isEqualTo(200);
    }

    long revoked = System.nanoTime();
    post("api-keys/" + made.get("id").textValue() + "/revoke", "{}");
    isRefusedByBothInTime(key, revoked);
    assertThat(find(two, next)).as("the other key goes on").isEqualTo(200);

    long suspended = System.nanoTime();
    post("tenants", "{'tenant_id':'acme','status':'suspended'}");
    isRefusedByBothInTime(next, suspended);
    post("tenants", "{'tenant_id':'acme'}");
    Poll.until("the tenant is back", Duration.ofSeconds(5), () -> find(two, next) == 200);
  }
}
