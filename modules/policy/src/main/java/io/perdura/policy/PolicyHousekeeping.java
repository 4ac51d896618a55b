package io.perdura.policy;

import io.perdura.kernel.Chore;
import io.perdura.kernel.Database;
import io.perdura.kernel.Purge;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Once a minute: removes decisions and single feedbacks that are older than they are kept (defect
 * D36). What feedbacks added up to stays with the rules.
 */
@ApplicationScoped
public class PolicyHousekeeping {
  private static final int ROWS_PER_STATEMENT = 5_000;

  private static final String FEEDBACK =
      """
      delete from memory_rule_feedback where id = any(array(
        select id from memory_rule_feedback where created_at < now() - make_interval(days => ?) limit ?))
      """;

  /** A decision stays as long as the feedback that names it. */
  private static final String DECISIONS =
      """
      delete from memory_execution_decisions where id = any(array(
        select d.id from memory_execution_decisions d where d.created_at < now() - make_interval(days => ?)
          and not exists (select from memory_rule_feedback f where f.decision_id = d.id) limit ?))
      """;

  private final Database database;
  private final int days;
  private Chore chore;

  /** For the container's proxy. */
  protected PolicyHousekeeping() {
    this.database = null;
    this.days = 0;
  }

  @Inject
  PolicyHousekeeping(Database database, Settings settings) {
    this.database = database;
    this.days = settings.get(PolicySettings.PERDURA_POLICY_KEEP_DAYS);
  }

  /** Starts doing it, once a minute. */
  public synchronized void start(ScheduledExecutorService executor) {
    chore = Chore.start(executor, "housekeeping of the policy loop", this::run);
  }

  public synchronized void stop() {
    if (chore != null) {
      chore.stop();
    }
  }

  /**
   * Does the work once.
   *
   * @return how many rows were removed
   */
  public int run() {
    if (days == 0) {
      return 0;
    }
    return purge("purge feedback", FEEDBACK) + purge("purge decisions", DECISIONS);
  }

  private int purge(String name, String sql) {
    return Purge.run(
        database,
        name,
        ROWS_PER_STATEMENT,
        sql,
        delete -> {
          delete.setInt(1, days);
          delete.setInt(2, ROWS_PER_STATEMENT);
        });
  }
}
