package io.perdura.batch;

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
  /** Job parameter that names the server an execution runs on; the id of its heartbeat row. */
  static final String NODE = "perdura.node";

  /** 1: seconds after which a silent server is dead; 2: the asking server. */
  private static final String ORPHANS =
      """
      select e.jobexecid, i.jobname, p.value
        from wlpjobexecution e
        join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid
        join wlpjobparameter p on p.fk_jobexecid = e.jobexecid and p.name = 'perdura.node'
       where e.batchstatus in (0, 1, 2)
         and not exists (select from cluster_members m
                          where m.id = p.value and m.heartbeat_at > now() - make_interval(secs => ?))
         and p.value <> ?
       order by e.jobexecid\
      """;

  /** 1: server; 2: names of resumable jobs. Only the newest execution of an instance counts. */
  private static final String INTERRUPTED =
      """
      select e.jobexecid, i.jobname, p.value
        from wlpjobexecution e
        join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid
        join wlpjobparameter p on p.fk_jobexecid = e.jobexecid and p.name = 'perdura.node'
       where p.value = ? and i.jobname = any (?) and e.batchstatus in (0, 1, 2, 3)
         and not exists (select from wlpjobexecution n
                          where n.fk_jobinstanceid = e.fk_jobinstanceid and n.jobexecid > e.jobexecid)
       order by e.jobexecid\
      """;

  /** 1: execution. As Liberty itself marks what it finds running when it starts. */
  private static final String FAIL =
      """
      with ended as (
        update wlpjobexecution
           set batchstatus = 4, exitstatus = 'FAILED', endtime = localtimestamp, updatetime = localtimestamp
         where jobexecid = ? and batchstatus in (0, 1, 2)
        returning jobexecid, fk_jobinstanceid
      ), instances as (
        update wlpjobinstance i
           set batchstatus = 4, instancestate = 4, exitstatus = 'FAILED', updatetime = localtimestamp
          from ended where i.jobinstanceid = ended.fk_jobinstanceid
      ), steps as (
        update wlpstepthreadexecution s
           set batchstatus = 4, exitstatus = 'FAILED', endtime = localtimestamp
          from ended where s.fk_jobexecid = ended.jobexecid and s.batchstatus in (0, 1, 2)
      )
      select count(*) from ended\
      """;

  /** 1: job; 2: scope, 3: the same. */
  private static final String RUNNING =
      """
      select count(*)
        from wlpjobexecution e
        join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid
        left join wlpjobparameter s on s.fk_jobexecid = e.jobexecid and s.name = 'scope'
       where i.jobname = ? and e.batchstatus in (0, 1, 2)
         and (?::text is null or s.value is null or s.value = ?)\
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

  /** For the container's proxy. */
  protected JobRepository() {
    this(null);
  }

  @Inject
  JobRepository(Database database) {
    this.database = database;
  }

  /** An execution of a job, and the server it ran on. */
  public record Execution(long id, String job, String node) {}

  /** Returns executions that are running by the book, on servers without a living heartbeat. */
  public List<Execution> orphans(int deadAfterSeconds, String self) {
    return list(
        ORPHANS,
        statement -> {
          statement.setDouble(1, deadAfterSeconds);
          statement.setString(2, self);
        });
  }

  /**
   * Returns executions of {@code jobs} that {@code node} left unfinished: running by the book, or
   * stopped with the server.
   */
  public List<Execution> interrupted(String node, List<String> jobs) {
    return list(
        INTERRUPTED,
        statement -> {
          statement.setString(1, node);
          statement.setArray(2, statement.getConnection().createArrayOf("text", jobs.toArray()));
        });
  }

  private List<Execution> list(String sql, Binding binding) {
    return database.read(
        "find unfinished jobs",
        connection -> {
          List<Execution> executions = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binding.bind(statement);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                executions.add(new Execution(row.getLong(1), row.getString(2), row.getString(3)));
              }
            }
          }
          return executions;
        });
  }

  /** Writes down that a running execution failed; false when somebody else did. */
  public boolean fail(long execution) {
    return number("mark a dead job", FAIL, statement -> statement.setLong(1, execution)) > 0;
  }

  /**
   * Tells whether {@code job} runs anywhere; with a scope, for that scope or for all.
   *
   * @param scope null = whatever its scope
   */
  public boolean isRunning(String job, String scope) {
    return number(
            "look for running jobs",
            RUNNING,
            statement -> {
              statement.setString(1, job);
              statement.setString(2, scope);
              statement.setString(3, scope);
            })
        > 0;
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
