package io.perdura.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Deletes old request telemetry in batches, of all tenants or of one, sooner than the housekeeping
 * of the servers would. Each batch is one transaction.
 */
@ApplicationScoped
public class TelemetryRetentionJob implements PagedWork {
  private static final String OLD =
      "created_at < now() - make_interval(hours => ?) and (?::text is null or tenant_id = ?)";

  private static final String DELETE =
      "delete from memory_request_telemetry where id in (select id from memory_request_telemetry where "
          + OLD
          + " order by id limit ? for update skip locked)";

  private static final String COUNT = "select count(*) from memory_request_telemetry where " + OLD;

  private final Settings settings;

  @Inject
  TelemetryRetentionJob(Settings settings) {
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected TelemetryRetentionJob() {
    this(null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "telemetry-retention",
            "Deletes old request telemetry.",
            true,
            JobSupport.tenant("all of them"),
            JobParameter.number(
                "older-than-hours",
                null,
                1,
                87_600,
                "Age of what is deleted; CONTROL_TELEMETRY_RETENTION_HOURS if not given."),
            JobSupport.whole("batch-limit", 20_000, 1, 200_000, "Rows of one batch."),
            JobSupport.whole("max-passes", 20, 1, 1_000, "Batches at most."),
            JobSupport.strict("when rows may be left after the last batch"),
            JobParameter.flag("dry-run", "only count"))
        .where(JobSupport.check());
  }

  private int hours(JobParameters given) {
    return given
        .text("older-than-hours")
        .map(Integer::parseInt)
        .orElseGet(() -> settings.get(ControlSettings.CONTROL_TELEMETRY_RETENTION_HOURS));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters given) throws SQLException {
    ObjectNode state = Jsons.object().put("passes", 0).put("deleted", 0L).put("full", false);
    state.putArray("detail");
    try (PreparedStatement select = tx.connection().prepareStatement(COUNT)) {
      bind(select, given);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return state.put(Page.TOTAL, row.getLong(1));
      }
    }
  }

  private int bind(PreparedStatement statement, JobParameters given) throws SQLException {
    String tenant = given.text(JobSupport.TENANT).orElse(null);
    statement.setInt(1, hours(given));
    statement.setString(2, tenant);
    statement.setString(3, tenant);
    return 4;
  }

  @Override
  public Page page(Tx tx, JobParameters given, ObjectNode state) throws SQLException {
    if (given.flag("dry-run")) {
      return new Page(state, state.get(Page.TOTAL).longValue(), true);
    }
    int limit = (int) given.number("batch-limit");
    int deleted;
    try (PreparedStatement delete = tx.connection().prepareStatement(DELETE)) {
      delete.setInt(bind(delete, given), limit);
      deleted = delete.executeUpdate();
    }
    int pass = state.get("passes").intValue() + 1;
    boolean full = deleted == limit;
    state.put("passes", pass).put("full", full);
    state.put("deleted", state.get("deleted").longValue() + deleted);
    ((ArrayNode) state.get("detail")).addObject().put("pass", pass).put("deleted", deleted);
    return new Page(state, deleted, !full || pass == given.number("max-passes"));
  }

  @Override
  public JobResult result(JobParameters given, ObjectNode state) {
    boolean ok = !state.get("full").booleanValue();
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", ok).put("strict", strict);
    body.put("dry_run", given.flag("dry-run"));
    body.put("tenant_id", given.text(JobSupport.TENANT).orElse(null))
        .put("older_than_hours", hours(given))
        .put("batch_limit", given.number("batch-limit"))
        .put("max_passes", given.number("max-passes"))
        .put("passes", state.get("passes").intValue())
        .put("candidate_rows", state.get(Page.TOTAL).longValue())
        .put("total_deleted", state.get("deleted").longValue())
        .put("reached_pass_limit", !ok)
        .set("detail", state.get("detail"));
    return JobResult.judged(ok || !strict, body);
  }
}
