package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.access.AdminNeed;
import io.perdura.access.AdminRole;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RoutesTest {
  @Test
  void aRouteIsFoundByMethodAndExactPath() {
    assertThat(Routes.find("POST", "/v1/memory/write")).isEqualTo(Routes.WRITE);
    assertThat(Routes.find("GET", "/health")).isEqualTo(Routes.HEALTH);
    assertThat(Routes.find("HEAD", "/health")).isEqualTo(Routes.HEALTH);
  }

  @Test
  void everythingElseIsNoRoute() {
    assertThat(
            List.of(
                "GET /v1/memory/write",
                "PUT /v1/memory/write",
                "POST /v1/memory/write/",
                "POST //v1/memory/write",
                "POST /v1/memory/Write",
                "POST /v1/memory/resolve",
                "HEAD /v1/memory/write",
                "GET /v1/memory/sessions//events",
                "GET /v1/memory/sessions/a/b/events",
                "GET /v1/memory/sessions/a/events/",
                "POST /v1/memory/sessions/a/events",
                "GET /v1/memory/sessions/events",
                "GET /"))
        .allSatisfy(line ->
            assertThat(
                    Routes.find(
                        line.substring(0, line.indexOf(' ')),
                        line.substring(line.indexOf(' ') + 1)))
                .as(line)
                .isNull());
  }

  @Test
  void aSessionIdIsOneSegmentOfThePath() {
    assertThat(Routes.find("GET", "/v1/memory/sessions/a%2Fb;c/events"))
        .isEqualTo(Routes.SESSION_EVENTS);
    assertThat(Routes.SESSION_EVENTS.parameter("/v1/memory/sessions/a%2Fb;c/events"))
        .contains("a%2Fb;c");
    assertThat(
            new Exchange("r", Routes.SESSION_EVENTS, "/v1/memory/sessions/a%2Fb%20c/events", 0)
                .pathParameter())
        .isEqualTo("a/b c");
  }

  @Test
  void everyRouteHasItsResourceMethodAndEveryMethodItsRoute() throws Exception {
    List<String> routes =
        Routes.ALL.stream().map(route -> route.method() + " " + route.path()).toList();
    assertThat(resourceMethods()).containsExactlyInAnyOrderElementsOf(routes);
  }

  @Test
  void everythingUnderV1NeedsACredential() {
    assertThat(Routes.ALL)
        .filteredOn(route -> route.path().startsWith("/v1/"))
        .allSatisfy(route -> assertThat(route.guard()).isNotEqualTo(Route.Guard.NOBODY));
    assertThat(Routes.ALL)
        .filteredOn(route -> route.path().startsWith("/v1/admin/"))
        .allSatisfy(route -> assertThat(route.guard()).isEqualTo(Route.Guard.ADMIN));
  }

  @Test
  void theAdministrationSaysWhoMayUseEachRoute() {
    assertThat(Routes.ALL)
        .allSatisfy(route ->
            assertThat(route.need() != null).isEqualTo(route.guard() == Route.Guard.ADMIN));
    assertThat(needs("POST", "/v1/admin/control/admin-credentials")).isEqualTo(AdminNeed.OWNER);
    assertThat(needs("POST", "/v1/admin/erase/tenant")).isEqualTo(AdminNeed.OWNER);
    assertThat(needs("POST", "/v1/memory/packs/export")).isEqualTo(AdminNeed.OWNER);
    assertThat(needs("POST", "/v1/admin/control/api-keys"))
        .isEqualTo(AdminNeed.inTenant(AdminRole.TENANT_ADMIN));
    assertThat(Routes.ALL)
        .filteredOn(route -> route.need() != null && route.need().role() == AdminRole.READER)
        .as("who only looks changes nothing")
        .allSatisfy(route ->
            assertThat(route.method() + " " + route.path())
                .matches("GET .*|POST /v1/admin/(erase/residue|chain/verify)"));
  }

  private static AdminNeed needs(String method, String path) {
    return Routes.find(method, path).need();
  }

  private static List<String> resourceMethods() throws IOException, ClassNotFoundException {
    List<String> found = new ArrayList<>();
    java.nio.file.Path classes = java.nio.file.Path.of("target/classes/io/perdura/api");
    try (Stream<java.nio.file.Path> files = Files.list(classes)) {
      for (java.nio.file.Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith("Resource.class")) {
          Class<?> type = Class.forName("io.perdura.api." + name.replace(".class", ""));
          addMethods(type, found);
        }
      }
    }
    return found;
  }

  private static void addMethods(Class<?> type, List<String> found) {
    String base = type.getAnnotation(Path.class).value();
    for (Method method : type.getDeclaredMethods()) {
      String verb =
          Stream.of(method.getAnnotations())
              .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
              .filter(Objects::nonNull)
              .map(HttpMethod::value)
              .findFirst()
              .orElse(null);
      if (verb != null) {
        Path path = method.getAnnotation(Path.class);
        String full = base + (path == null ? "" : "/" + path.value());
        found.add(verb + " " + full.replaceAll("/+", "/").replaceAll(":[^}]*}", "}"));
      }
    }
  }
}
