package io.perdura.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Lets publish jobs that failed begin again. */
@ApplicationScoped
public class IncidentReplayJob implements ReportWork {
  private static final String NAME = "incident-publish-replay";
  private static final List<String> STATES = List.of("failed", "dead_letter");

  private final IncidentService incidents;

  @Inject
  IncidentReplayJob(IncidentService incidents) {
    this.incidents = incidents;
  }

  /** For the container's proxy. */
  protected IncidentReplayJob() {
    this(null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Lets publish jobs that failed begin again.",
            true,
            JobSupport.tenant("see ids and all-tenants"),
            JobParameter.text("ids", null, "Publish jobs, comma separated."),
            JobParameter.flag("all-tenants", "of every tenant; needed without tenant-id and ids"),
            JobParameter.text(
                "statuses", "failed,dead_letter", "Of failed and dead_letter, comma separated."),
            JobSupport.whole("limit", 50, 1, 200, "Publish jobs at most, oldest first."),
            JobParameter.flag("no-reset-attempts", "leave them one attempt instead of all"),
            JobParameter.text("reason", "manual_replay", "Kept with each of them."),
            JobParameter.flag("dry-run", "only tell which"),
            JobSupport.strict("when there is none"))
        .where(IncidentReplayJob::check);
  }

  private static void check(JobParameters given) {
    JobSupport.check().accept(given);
    boolean some = given.text(JobSupport.TENANT).isPresent() || given.text("ids").isPresent();
    if (!some && !given.flag("all-tenants")) {
      throw new IllegalArgumentException("give tenant-id or ids, or all-tenants=true");
    }
    if (!STATES.containsAll(list(given, "statuses"))) {
      throw new IllegalArgumentException("statuses must be of failed, dead_letter");
    }
    for (String id : list(given, "ids")) {
      try {
        UUID.fromString(id);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("ids must be UUIDs, comma separated", e);
      }
    }
  }

  private static List<String> list(JobParameters given, String name) {
    return given
        .text(name)
        .map(text -> Arrays.stream(text.split(",", -1)).map(String::trim).toList())
        .orElse(List.of());
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    String tenant = given.text(JobSupport.TENANT).orElse(null);
    ObjectNode wish = Jsons.object();
    if (tenant != null) {
      wish.put("tenant_id", tenant);
    }
    ArrayNode statuses = wish.putArray("statuses");
    list(given, "statuses").forEach(statuses::add);
    ArrayNode ids = wish.putArray("ids");
    list(given, "ids").forEach(ids::add);
    wish.put("limit", given.number("limit"))
        .put("reset_attempts", !given.flag("no-reset-attempts"))
        .put("reason", given.required("reason"))
        .put("dry_run", given.flag("dry-run"))
        .put("allow_all_tenants", given.flag("all-tenants"));
    ObjectNode body =
        (ObjectNode) incidents.replay(ReplayRequest.read(wish), JobSupport.actor(NAME, tenant));
    boolean any = body.get("candidate_count").longValue() > 0;
    return JobResult.judged(any || !given.flag(JobSupport.STRICT), body);
  }
}
