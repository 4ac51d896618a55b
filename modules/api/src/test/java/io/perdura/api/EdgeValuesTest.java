package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.IdentityFields;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EdgeValuesTest {
  @Test
  void theDatabaseIsNamedByItsHash() {
    assertThat(DatabaseTarget.hash("postgres://u:p@127.0.0.1:55533/mem", null))
        .isEqualTo("765d76f8a66ced80b50fc8345e80fca2f38666af4a6fb57261cce25f9be1ed63");
    assertThat(DatabaseTarget.hash(null, "jdbc:postgresql://localhost:55533/mem?sslmode=disable"))
        .isEqualTo("765d76f8a66ced80b50fc8345e80fca2f38666af4a6fb57261cce25f9be1ed63");
  }

  @Test
  void everySpellingOfATargetIsOneText() {
    assertThat(DatabaseTarget.target("postgresql://[::1]/mem")).isEqualTo("loopback:5432/mem");
    assertThat(DatabaseTarget.target("postgres://u@DB.example/mem"))
        .isEqualTo("db.example:5432/mem");
    assertThat(DatabaseTarget.target("jdbc:postgresql://a:1,b/mem")).isEqualTo("a:1,b:5432/mem");
  }

  @Test
  void whatIsNoUrlHasNoHash() {
    for (String url : new String[] {null, "", "mysql://h/d", "postgres://h", "postgres:///d"}) {
      assertThat(DatabaseTarget.hash(url, null)).as(url).isNull();
    }
  }

  @Test
  void aQueryKeepsRepeatedNamesAndBrokenEscapes() {
    assertThat(Query.parse("a=1&b=x%20y+z&a=2&c&d=%zz&=e&&%C3%A9=1"))
        .isEqualTo(
            Map.of(
                "a", List.of("1", "2"),
                "b", List.of("x y z"),
                "c", List.of(""),
                "d", List.of("%zz"),
                "", List.of("e"),
                "é", List.of("1")));
    assertThat(Query.parse(null)).isEmpty();
  }

  @Test
  void anOwnerIsTheRequestsWhereItMakesSense() {
    Owner.Defaults defaults = new Owner.Defaults(new ScopeKey.Defaults("home", "main"));
    assertThat(owner(defaults, "acme", " s ")).isEqualTo(new Owner("acme", "s"));
    assertThat(owner(defaults, null, null)).isEqualTo(new Owner("home", "main"));
    assertThat(owner(defaults, "no good", "s")).isEqualTo(new Owner("home", "main"));
    assertThat(owner(defaults, "acme", "tenant:x")).isEqualTo(new Owner("home", "main"));
    assertThat(owner(defaults, "acme", "x".repeat(255) + "\ud83d\ude00").scope())
        .isEqualTo("x".repeat(255) + "\ufffd");
  }

  @Test
  void unknownFaultsAreOpaque() {
    Problem problem = Problem.of(new IllegalStateException("secret"), Routes.WRITE);
    assertThat(problem.status()).isEqualTo(500);
    assertThat(problem.body().toString())
        .isEqualTo("{\"error\":\"internal_error\",\"message\":\"internal error\"}");
  }

  @Test
  void refusalsAreToldAsTheyAre() {
    Problem problem =
        Problem.of(
            new ApiException(429, "busy", "later", Jsons.object().put("n", 1), 7), Routes.WRITE);
    assertThat(problem.status()).isEqualTo(429);
    assertThat(problem.retryAfterSeconds()).hasValue(7);
    assertThat(problem.body().toString())
        .isEqualTo("{\"error\":\"busy\",\"message\":\"later\",\"details\":{\"n\":1}}");
  }

  @Test
  void unknownRoutesHaveTheFrameworksShape() {
    assertThat(Problem.notFound("POST", "/x").body().toString())
        .isEqualTo(
            "{\"message\":\"Route POST:/x not found\",\"error\":\"Not Found\",\"statusCode\":404}");
    assertThat(Problem.badPath("/%zz").body().toString())
        .isEqualTo(
            "{\"error\":\"Bad Request\",\"code\":\"FST_ERR_BAD_URL\",\"message\":\"'/%zz' is not a valid"
                + " url component\",\"statusCode\":400}");
  }

  @Test
  void theHealthDocumentIsTheContracts() throws IOException {
    HealthDocument document =
        new HealthDocument(
            Settings.of(Map.of("DATABASE_URL", "postgres://u:p@127.0.0.1:55533/mem")));
    try (InputStream in = EdgeValuesTest.class.getResourceAsStream("health.json")) {
      JsonNode expected = Jsons.MAPPER.readTree(in);
      assertThat(document.body()).isEqualTo(expected);
    }
  }

  private static Owner owner(Owner.Defaults defaults, String tenant, String scope) {
    ObjectNode body = Jsons.object();
    if (tenant != null) {
      body.put("tenant_id", tenant);
    }
    if (scope != null) {
      body.put("scope", scope);
    }
    return defaults.owner(IdentityFields.of(body));
  }
}
