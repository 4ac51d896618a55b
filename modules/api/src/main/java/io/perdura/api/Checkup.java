package io.perdura.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
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
  private final List<HealthCheck> started;
  private final List<HealthCheck> ready;
  private final List<HealthCheck> live;

  /** For the container's proxy. */
  protected Checkup() {
    this.started = List.of();
    this.ready = List.of();
    this.live = List.of();
  }

  /** Finds the checks once: each look-up would make, and keep, new instances. */
  @Inject
  Checkup(@Any Instance<HealthCheck> checks) {
    this.started = checks.select(Startup.Literal.INSTANCE).stream().toList();
    this.ready = checks.select(Readiness.Literal.INSTANCE).stream().toList();
    this.live = checks.select(Liveness.Literal.INSTANCE).stream().toList();
  }

  Problem started() {
    return ask(started);
  }

  Problem ready() {
    return ask(ready);
  }

  Problem live() {
    return ask(live);
  }

  private static Problem ask(List<HealthCheck> checks) {
    boolean up = true;
    ArrayNode list = Jsons.array();
    for (HealthCheck check : checks) {
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
