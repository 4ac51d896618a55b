package io.perdura.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Asks the application's health checks and answers in MicroProfile Health's shape. */
@ApplicationScoped
class Checkup {
  private static final Logger LOG = Logger.getLogger(Checkup.class.getName());
  private final Instance<HealthCheck> checks;

  /** For the container's proxy. */
  protected Checkup() {
    this(null);
  }

  @Inject
  Checkup(@Any Instance<HealthCheck> checks) {
    this.checks = checks;
  }

  Problem started() {
    return ask(Startup.Literal.INSTANCE);
  }

  Problem ready() {
    return ask(Readiness.Literal.INSTANCE);
  }

  Problem live() {
    return ask(Liveness.Literal.INSTANCE);
  }

  private Problem ask(Annotation kind) {
    boolean up = true;
    ArrayNode list = Jsons.array();
    for (HealthCheck check : checks.select(kind)) {
      ObjectNode entry = list.addObject();
      up &= describe(check, entry);
    }
    ObjectNode body = Jsons.object().put("status", up ? "UP" : "DOWN");
    body.set("checks", list);
    return new Problem(up ? 200 : 503, body, OptionalInt.empty());
  }

  private static boolean describe(HealthCheck check, ObjectNode entry) {
    try {
      HealthCheckResponse response = check.call();
      entry.put("name", response.getName()).put("status", response.getStatus().name());
      response.getData().filter(data -> !data.isEmpty()).ifPresent(data -> addData(data, entry));
      return response.getStatus() == HealthCheckResponse.Status.UP;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a health check failed to answer", e);
      entry.put("name", check.getClass().getSimpleName()).put("status", "DOWN");
      return false;
    }
  }

  private static void addData(Map<String, Object> data, ObjectNode entry) {
    entry.set("data", Jsons.MAPPER.valueToTree(data));
  }
}
