package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.DatabaseSuite;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check over a scope: silent where all is well, and alone where one thing is broken. */
abstract class ScopeChecksSuite extends DatabaseSuite {
  private IntegrityKit kit;

  /** A vector of three numbers, as this kind of database writes it. */
  abstract String shortVector();

  @BeforeAll
  void openTheKit() {
    kit = new IntegrityKit(dataSource());
  }

  static Stream<BrokenScopes.Broken> broken() {
    return Stream.concat(BrokenScopes.CONTRACT.stream(), BrokenScopes.OWN.stream());
  }

  /** Commits that the fixture made by hand are not hashed; only the newest one is looked at. */
  private ConsistencyReport check(String scope, String mode) {
    return kit.check("scope", scope, "check-set", "scope", "mode", mode, "commit-sample", "1");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void whatIsBrokenFailsItsOwnCheckAndNoOther(BrokenScopes.Broken broken) {
    for (String mode : List.of("full", "fast")) {
      String scope = broken.check() + "-" + mode;
      kit.healthy(scope);
      kit.execute(scope, broken.sql().replace("{SHORT}", shortVector()));
      try {
        ConsistencyReport report = check(scope, mode);

        assertThat(IntegrityKit.with("fail", report)).containsExactly(broken.check());
        assertThat(IntegrityKit.with("error", report)).isEmpty();
        JsonNode check = IntegrityKit.named(broken.check(), report);
        assertThat(check.path("count").longValue()).isPositive();
        assertThat(check.path("sample")).isNotEmpty();
        boolean error = check.path("severity").textValue().equals("error");
        assertThat(report.errors()).isEqualTo(error ? 1 : 0);
        assertThat(report.warnings()).isEqualTo(error ? 0 : 1);
      } finally {
        kit.execute(scope, broken.undo().isEmpty() ? "select 1" : broken.undo());
      }
    }
  }

  @Test
  void aScopeThatRealWritesMadeIsWell() {
    kit.healthy("well");

    ConsistencyReport report = kit.check("scope", "well", "strict-warnings", "true");

    assertThat(IntegrityKit.with("fail", report)).isEmpty();
    assertThat(IntegrityKit.with("error", report)).isEmpty();
    assertThat(IntegrityKit.with("skipped", report)).isEmpty();
    assertThat(report.scopeHasRows()).isTrue();
  }

  @Test
  void everyCheckOverAScopeIsBrokenOnce() {
    TreeSet<String> tried = new TreeSet<>();
    broken().forEach(one -> tried.add(one.check()));

    List<String> names =
        Catalogue.of(kit.settings, true).stream()
            .filter(check -> check.set() == CheckSet.SCOPE)
            .map(Check::name)
            .toList();

    assertThat(tried).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void budgetsAreCheckedWhereTheyAreSet() {
    IntegrityKit frugal =
        new IntegrityKit(
            dataSource(),
            "MEMORY_SCOPE_HOT_NODE_BUDGET",
            "3",
            "MEMORY_SCOPE_ACTIVE_NODE_BUDGET",
            "4");
    frugal.healthy("frugal");

    for (String mode : List.of("full", "fast")) {
      ConsistencyReport report =
          frugal.check("scope", "frugal", "check-set", "scope", "mode", mode);

      long hot =
          Long.parseLong(
              frugal.value(
                  "select count(*) from memory_nodes where scope = 'frugal' and tier = 'hot'"));
      assertThat(IntegrityKit.with("fail", report))
          .containsExactly("scope_hot_budget_exceeded", "scope_active_budget_exceeded");
      JsonNode over = IntegrityKit.named("scope_hot_budget_exceeded", report);
      assertThat(over.path("count").longValue()).isEqualTo(hot - 3);
    }
    IntegrityKit enough = new IntegrityKit(dataSource(), "MEMORY_SCOPE_HOT_NODE_BUDGET", "1000");
    assertThat(IntegrityKit.with("fail", enough.check("scope", "frugal"))).isEmpty();
  }

  @Test
  void crossScopeEdgesAreAWarningWhereTheyAreAllowed() {
    IntegrityKit lenient = new IntegrityKit(dataSource(), "ALLOW_CROSS_SCOPE_EDGES", "true");
    lenient.healthy("lenient");
    lenient.execute("lenient", BrokenScopes.CONTRACT.getFirst().sql());

    ConsistencyReport report = lenient.check("scope", "lenient", "check-set", "scope");

    assertThat(report.errors()).isZero();
    assertThat(report.warnings()).isEqualTo(1);
  }
}
