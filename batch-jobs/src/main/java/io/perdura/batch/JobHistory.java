package io.perdura.batch;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.outbox.OutboxSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the job repository small: removes ended instances that are older than the outbox keeps its published events. */
@ApplicationScoped
public class JobHistory {
  private static final Logger LOG = Logger.getLogger(JobHistory.class.getName());

  /** Children first. Batch statuses 0 to 2 are STARTING, STARTED and STOPPING: a run that has not ended is left alone. */
  private static final String OLD =
      "select jobinstanceid from wlpjobinstance where batchstatus > 2 and updatetime < now() - make_interval(days => ?)";

  private static final String EXECUTIONS = "select jobexecid from wlpjobexecution where fk_jobinstanceid in (" + OLD + ")";

  private static final List<String> PURGE =
      List.of(
          "delete from wlpremotablepartition where fk_jobexecutionid in (" + EXECUTIONS + ")",
          "delete from wlpjobparameter where fk_jobexecid in (" + EXECUTIONS + ")",
          "delete from wlpstepthreadinstance where fk_jobinstanceid in (" + OLD + ")",
          "delete from wlpstepthreadexecution where fk_jobexecid in (" + EXECUTIONS + ")",
          "delete from wlpgroupassociation where fk_jobinstanceid in (" + OLD + ")",
          "delete from wlpjobexecution where fk_jobinstanceid in (" + OLD + ")",
          "delete from wlpjobinstance where batchstatus > 2 and updatetime < now() - make_interval(days => ?)");

  private final Database database;
  private final Settings settings;

  /** For the container's proxy. */
  protected JobHistory() {
    this(null, null);
  }

  @Inject
  JobHistory(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** Purges in one transaction; a failure is logged and tried again at the next turn. */
  public void purge() {
    int days = Math.max(1, settings.get(OutboxSettings.PERDURA_OUTBOX_KEEP_DAYS));
    try {
      database.transaction(
          "purge job history",
          tx -> {
            for (String delete : PURGE) {
              try (PreparedStatement statement = tx.connection().prepareStatement(delete)) {
                statement.setInt(1, days);
                statement.executeUpdate();
              }
            }
            return null;
          });
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "job history could not be purged; next try in an hour", e);
    }
  }
}
