package io.perdura.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import jakarta.ws.rs.Path;
import java.sql.DriverManager;
import java.util.concurrent.Executors;

/** Which room may know which. Arrows point down only. */
@AnalyzeClasses(packages = "io.perdura", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {
  @ArchTest
  static final ArchRule arrowsPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("kernel")
          .definedBy("io.perdura.kernel..")
          .layer("schema")
          .definedBy("io.perdura.schema..")
          .layer("access")
          .definedBy("io.perdura.access..")
          .layer("embedding")
          .definedBy("io.perdura.embedding..")
          .layer("jobs")
          .definedBy("io.perdura.jobs..")
          .layer("outbox")
          .definedBy("io.perdura.outbox..")
          .layer("memory")
          .definedBy("io.perdura.memory..")
          .layer("recall")
          .definedBy("io.perdura.recall..")
          .layer("policy")
          .definedBy("io.perdura.policy..")
          .layer("integrity")
          .definedBy("io.perdura.integrity..")
          .layer("audit")
          .definedBy("io.perdura.audit..")
          .layer("control")
          .definedBy("io.perdura.control..")
          .layer("api")
          .definedBy("io.perdura.api..")
          .layer("batch")
          .definedBy("io.perdura.batch..")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("batch")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("policy")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("integrity")
          .mayOnlyBeAccessedByLayers("api", "batch")
          .whereLayer("recall")
          .mayOnlyBeAccessedByLayers("policy", "api", "batch")
          .whereLayer("audit")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("control")
          .mayOnlyBeAccessedByLayers("api", "batch")
          .whereLayer("memory")
          .mayOnlyBeAccessedByLayers("recall", "policy", "integrity", "control", "api", "batch")
          .whereLayer("outbox")
          .mayOnlyBeAccessedByLayers("memory", "integrity", "control", "api", "batch")
          .whereLayer("embedding")
          .mayOnlyBeAccessedByLayers("memory", "recall", "control", "api", "batch")
          .whereLayer("access")
          .mayOnlyBeAccessedByLayers("control", "api", "batch")
          .because(
              "a room that knows only the rooms below it can be understood, tested and replaced without the ones above");

  @ArchTest
  static final ArchRule roomsHaveNoCycles =
      slices()
          .matching("io.perdura.(*)..")
          .should()
          .beFreeOfCycles()
          .because("two rooms that know each other are one room with two names");

  @ArchTest
  static final ArchRule internalsStayInside =
      classes()
          .that()
          .resideInAPackage("..internal..")
          .should(beUsedOnlyInTheirRoom())
          .allowEmptyShould(true)
          .because("what is internal may change without asking the other rooms");

  @ArchTest
  static final ArchRule kernelKnowsNoWeb =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.perdura.kernel..",
              "io.perdura.schema..",
              "io.perdura.jobs..",
              "io.perdura.integrity..",
              "io.perdura.outbox..",
              "io.perdura.memory..",
              "io.perdura.recall..",
              "io.perdura.policy..",
              "io.perdura.audit..",
              "io.perdura.embedding..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jakarta.ws.rs..", "jakarta.servlet..")
          .because("rules must run the same from HTTP, a job and a test");

  @ArchTest
  static final ArchRule resourcesHoldNoSql =
      noClasses()
          .that()
          .areAnnotatedWith(Path.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..")
          .because(
              "a resource turns HTTP into a command; SQL lives in the store beside the code that runs it");

  @ArchTest
  static final ArchRule connectionsComeFromTheContainer =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.perdura.benchmarks..", "io.perdura.cli..")
          .should()
          .callMethod(DriverManager.class, "getConnection", String.class)
          .because("only the container's pool knows how many connections the database can bear");

  @ArchTest
  static final ArchRule nobodyPrints =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.perdura.benchmarks..", "io.perdura.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("what the server says goes to its log, with request id and tenant");

  @ArchTest
  static final ArchRule applicationScopedBeansCanBeProxied =
      classes()
          .that()
          .areAnnotatedWith("jakarta.enterprise.context.ApplicationScoped")
          .should()
          .notHaveModifier(JavaModifier.FINAL)
          .because("the container proxies them; a final class fails only when the server starts");

  @ArchTest
  static final ArchRule threadPoolsAreBounded =
      noClasses()
          .should()
          .callMethod(Executors.class, "newCachedThreadPool")
          .because("an unbounded pool turns overload into an outage");

  private static ArchCondition<JavaClass> beUsedOnlyInTheirRoom() {
    return new ArchCondition<>("be used only in their room") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        String room = item.getPackageName().split("\\.internal", 2)[0];
        item.getDirectDependenciesToSelf().stream()
            .filter(dependency -> !dependency.getOriginClass().getPackageName().startsWith(room))
            .forEach(d -> events.add(SimpleConditionEvent.violated(d, d.getDescription())));
      }
    };
  }
}
