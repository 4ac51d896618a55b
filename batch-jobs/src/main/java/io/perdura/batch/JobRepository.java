package io.perdura.batch;

import io.perdura.jobs.JobCatalog;
import io.perdura.kernel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the standard API cannot ask or tell the container's job repository: which executions belong
 * to servers that are gone, that they ended, and that old ones may be forgotten.
 *
 * <p>Statements over Liberty's own tables (prefix {@code wlp}), which a migration creates. Batch
 * statuses are those of {@link jakarta.batch.runtime.BatchStatus}, by ordinal.
 */
@ApplicationScoped
public class JobRepository {
  /** How names of parameters begin that are no operator's. */
  static final String OURS = "perdura.";

  /** Job parameter that names the server an execution runs on; the id of its heartbeat row. */
  static final String NODE = "perdura.node";

  /** Exit status of an execution whose server went, until somebody has gone on with it. */
  static final String ORPHANED = "ORPHANED";

  /**
   * 1: names of jobs. Executions that run by the book and, of these jobs, the newest of an instance
   * when it was stopped with its server or waits for somebody to go on.
   */
  private static final String UNFINISHED =
      """
      select e.jobexecid, i.jobname, p.value, e.updatetime::text
        from wlpjobexecution e
        join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid
        join wlpjobparameter p on p.fk_jobexecid = e.jobexecid and p.name = 'perdura.node'
       where (e.batchstatus in (0, 1, 2)
              or i.jobname = any (?)
                 and (e.batchstatus = 3 or e.batchstatus = 4 and e.exitstatus = 'ORPHANED')
                 and not exists (select from wlpjobparameter s
                                  where s.fk_jobexecid = e.jobexecid and s.name = 'perdura.stopped')
                 and not exists (select from wlpjobexecution n
                                  where n.fk_jobinstanceid = e.fk_jobinstanceid and n.jobexecid > e.jobexecid))
         and\
      """;

  /** 2: seconds after which a silent server is dead; 3: the asking server. */
  private static final String ORPHANS =
      UNFINISHED
          + """
                 not exists (select from cluster_members m
                              where m.id = p.value and m.heartbeat_at > now() - make_interval(secs => ?))
             and p.value <> ?
           order by e.jobexecid\
          """;

  /** 2: server. */
  private static final String LEFT = UNFINISHED + " p.value = ? order by e.jobexecid";

  /**
   * 1: execution. Marks it, its instance and its steps as Liberty itself marks what it finds
   * running when it starts. To fill in: the exit status, and which state of the execution may be
   * ended.
   */
  private static final String END =
      """
      with ended as (
        update wlpjobexecution
           set batchstatus = 4, exitstatus = '%1$s', endtime = localtimestamp,
               updatetime = clock_timestamp()::timestamp
         where jobexecid = ? and %2$s
        returning jobexecid, fk_jobinstanceid
      ), instances as (
        update wlpjobinstance i
           set batchstatus = 4, instancestate = 4, exitstatus = '%1$s', updatetime = localtimestamp
          from ended where i.jobinstanceid = ended.fk_jobinstanceid
      ), steps as (
        update wlpstepthreadexecution s
           set batchstatus = 4, exitstatus = 'FAILED', endtime = localtimestamp
          from ended where s.fk_jobexecid = ended.jobexecid and s.batchstatus in (0, 1, 2)
      )
      select count(*) from ended\
      """;

  /** 2: when it was changed last, as it was read: of several servers that take it, one succeeds. */
  private static final String TAKE =
      END.formatted(ORPHANED, "batchstatus < 5 and updatetime is not distinct from ?::timestamp");

  private static final String FAIL = END.formatted("FAILED", "batchstatus in (0, 1, 2)");

  /** 1: execution. Nobody will go on with it. */
  private static final String GIVE_UP =
      """
      with given_up as (
        update wlpjobexecution set exitstatus = 'FAILED'
         where jobexecid = ? and exitstatus = 'ORPHANED' returning fk_jobinstanceid
      ), instances as (
        update wlpjobinstance i set exitstatus = 'FAILED'
          from given_up where i.jobinstanceid = given_up.fk_jobinstanceid and i.exitstatus = 'ORPHANED'
      )
      select count(*) from given_up\
      """;

  /** 1: days. Instances that ended long ago, with everything that hangs on them. */
  private static final String FORGET =
      """
      with old as materialized (
        select jobinstanceid from wlpjobinstance
         where batchstatus > 2 and coalesce(updatetime, createtime) < localtimestamp - make_interval(days => ?)
         order by jobinstanceid limit 1000
      ), executions as materialized (
        select jobexecid from wlpjobexecution where fk_jobinstanceid in (select jobinstanceid from old)
      ), a as (
        delete from wlpremotablepartition where fk_jobexecutionid in (select jobexecid from executions)
      ), b as (
        delete from wlpjobparameter where fk_jobexecid in (select jobexecid from executions)
      ), c as (
        delete from wlpstepthreadinstance where fk_jobinstanceid in (select jobinstanceid from old)
      ), d as (
        delete from wlpstepthreadexecution where fk_jobexecid in (select jobexecid from executions)
      ), e as (
        delete from wlpgroupassociation where fk_jobinstanceid in (select jobinstanceid from old)
      ), f as (
        delete from wlpjobexecution where jobexecid in (select jobexecid from executions)
      ), g as (
        delete from wlpjobinstance where jobinstanceid in (select jobinstanceid from old) returning 1
      )
      select count(*) from g\
      """;

  private final Database database;
  private final JobCatalog catalog;

  /** For the container's proxy. */
  protected JobRepository() {
    this(null, null);
  }

  @Inject
  JobRepository(Database database, JobCatalog catalog) {
    this.database = database;
    this.catalog = catalog;
  }

  /**
   * An execution of a job that somebody may have to go on with.
   *
   * @param node the server it ran on
   * @param changed when it was changed last, as the database writes it
   */
  public record Execution(long id, String job, String node, String changed) {}

  /** Returns what servers without a living heartbeat left unfinished. */
  public List<Execution> orphans(int deadAfterSeconds, String self) {
    return list(
        ORPHANS,
        statement -> {
          statement.setDouble(2, deadAfterSeconds);
          statement.setString(3, self);
        });
  }

  /** Returns what an earlier process of the server {@code node} left unfinished. */
  public List<Execution> left(String node) {
    return list(LEFT, statement -> statement.setString(2, node));
  }

  private List<Execution> list(String sql, Binding binding) {
    return database.read(
        "find unfinished jobs",
        connection -> {
          List<Execution> executions = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", catalog.names().toArray()));
            binding.bind(statement);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                executions.add(
                    new Execution(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4)));
              }
            }
          }
          return executions;
        });
  }

  /**
   * Writes down that an execution ended with its server; false when it has changed since it was
   * read: it ended, or another server took it.
   */
  public boolean take(Execution execution) {
    return number(
            "take over an execution",
            TAKE,
            statement -> {
              statement.setLong(1, execution.id());
              statement.setString(2, execution.changed());
            })
        > 0;
  }

  /** Writes down that nobody can go on with an execution that was taken. */
  public void giveUp(long execution) {
    number("give an execution up", GIVE_UP, statement -> statement.setLong(1, execution));
  }

  /** Writes down that a running execution of this server failed; false when it ended before. */
  public boolean fail(long execution) {
    return number("mark a dead execution", FAIL, statement -> statement.setLong(1, execution)) > 0;
  }

  /** Forgets instances that ended more than {@code days} ago; returns how many. */
  public long forget(int days) {
    long forgotten = 0;
    long last;
    do {
      last = number("forget old jobs", FORGET, statement -> statement.setInt(1, days));
      forgotten += last;
    } while (last > 0);
    return forgotten;
  }

  private long number(String name, String sql, Binding binding) {
    return database.transaction(
        name,
        tx -> {
          try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
            binding.bind(statement);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getLong(1);
            }
          }
        });
  }

  @FunctionalInterface
  private interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }
}
