package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/** The administration refuses targets that would reach into the inside, each with its own code. */
final class ControlAdminStep {
  private static final String ALERTS = "/v1/admin/control/alerts/routes";
  private static final String INCIDENTS = "/v1/admin/control/incident-publish/jobs";

  private final GateRun run;

  ControlAdminStep(GateRun run) {
    this.run = run;
  }

  Step validation() {
    return Step.blocking("control_admin_validation", this::look);
  }

  /** A wish that must be refused. */
  private record Bad(String name, String path, ObjectNode body, String error) {}

  private Outcome look() {
    ObjectNode output = Jsons.object();
    List<String> reasons = new ArrayList<>();
    for (Bad bad : wishes()) {
      Reply reply = run.client.post(bad.path(), bad.body());
      output.set(bad.name(), reply.document());
      if (reply.status() != 400 || !reply.error().equals(bad.error())) {
        reasons.add(bad.name() + ": wanted 400 " + bad.error() + ", got " + reply.complaint());
      }
      if (reply.isOk()) {
        takeBack(reply);
      }
    }
    return Outcome.judged(output, reasons);
  }

  /** What should have been refused must not stay in force. */
  private void takeBack(Reply reply) {
    String route = reply.json().path("route").path("id").asText("");
    if (!route.isEmpty()) {
      run.client.post(ALERTS + "/" + route + "/status", Jsons.object().put("status", "disabled"));
    }
  }

  private static List<Bad> wishes() {
    String alert = "invalid_alert_target";
    return List.of(
        new Bad("alert_over_http", ALERTS, route("webhook", "http://hooks.example.com/a"), alert),
        new Bad("alert_to_loopback", ALERTS, route("webhook", "https://127.0.0.1/a"), alert),
        new Bad("slack_elsewhere", ALERTS, route("slack_webhook", "https://example.com/a"), alert),
        new Bad(
            "incident_from_relative_directory",
            INCIDENTS,
            incident("artifacts/run", "s3://bucket/run"),
            "invalid_incident_publish_source_dir"),
        new Bad(
            "incident_to_ftp",
            INCIDENTS,
            incident("/var/lib/run", "ftp://example.com/run"),
            "invalid_incident_publish_target"),
        new Bad(
            "incident_to_loopback",
            INCIDENTS,
            incident("/var/lib/run", "https://localhost/run"),
            "invalid_incident_publish_target"));
  }

  private static ObjectNode route(String channel, String target) {
    return Jsons.object()
        .put("tenant_id", "perdura-gate-probe")
        .put("channel", channel)
        .put("target", target);
  }

  private static ObjectNode incident(String source, String target) {
    return Jsons.object()
        .put("tenant_id", "perdura-gate-probe")
        .put("run_id", "gate-probe")
        .put("source_dir", source)
        .put("target", target);
  }
}
