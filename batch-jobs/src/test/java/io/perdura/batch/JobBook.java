package io.perdura.batch;

import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Writes executions into the tables of the container's job repository, as the container does. */
final class JobBook {
  static final int STARTED = 1;
  static final int STOPPED = 3;
  static final int FAILED = 4;
  static final int COMPLETED = 5;

  static final String BACKFILL = "embedding-generation-backfill";

  private final TestDatabase database;

  JobBook(TestDatabase database) {
    this.database = database;
    execute(
        "truncate wlpjobinstance, wlpjobexecution, wlpstepthreadexecution, wlpstepthreadinstance,"
            + " wlpremotablepartition, wlpgroupassociation, wlpjobparameter, cluster_members, job_runs");
  }

  /** A server that showed itself {@code age} seconds ago. */
  void member(String id, int age) {
    execute(
        """
        insert into cluster_members (id, role, version, host, schema_version, state, heartbeat_at)
        values ('%1$s', 'worker', '1', 'h', '1', 'up', now() - make_interval(secs => %2$d))
        on conflict (id) do update set heartbeat_at = excluded.heartbeat_at\
        """
            .formatted(id, age));
  }

  /** An execution of a new instance, with one step and its checkpoint. */
  long execution(String job, String node, int status) {
    long instance =
        number(
            "insert into wlpjobinstance (batchstatus, createtime, instancestate, jobname, numexecs, updatetime)"
                + " values (%d, localtimestamp, 1, '%s', 1, localtimestamp) returning jobinstanceid"
                    .formatted(status, job));
    return execution(instance, node, status);
  }

  /** One more execution of the instance to which {@code earlier} belongs. */
  long next(long earlier, String node, int status) {
    return execution(
        number("select fk_jobinstanceid from wlpjobexecution where jobexecid = " + earlier),
        node,
        status);
  }

  private long execution(long instance, String node, int status) {
    long execution =
        number(
            "insert into wlpjobexecution (batchstatus, createtime, execnum, exitstatus, updatetime, fk_jobinstanceid)"
                + " values (%1$d, localtimestamp, 1, %2$d, localtimestamp, %3$d) returning jobexecid"
                    .formatted(status, status, instance));
    long step =
        number(
            """
            insert into wlpstepthreadexecution (batchstatus, m_commit, m_filter, internalstatus, partnum, m_processskip, m_read,
              m_readskip, m_rollback, stepname, m_write, m_writeskip, fk_jobexecid)
            values (%d, 0, 0, 0, -1, 0, 0, 0, 0, 's', 0, 0, %d) returning stepexecid\
            """
                .formatted(status, execution));
    execute(
        """
        insert into wlpstepthreadinstance (partnum, stepname, fk_jobinstanceid, fk_latest_stepexecid) values (-1, 's', %1$d, %2$d)
        on conflict (partnum, stepname, fk_jobinstanceid) do update set fk_latest_stepexecid = excluded.fk_latest_stepexecid\
        """
            .formatted(instance, step));
    parameter(execution, JobRepository.NODE, node);
    return execution;
  }

  void parameter(long execution, String name, String value) {
    execute(
        "insert into wlpjobparameter (name, value, fk_jobexecid) values ('%s', '%s', %d)"
            .formatted(name, value, execution));
  }

  /** Status and exit status of execution and instance, and the status of the step. */
  String state(long execution) {
    return text(
        """
        select concat_ws(' ', e.batchstatus, e.exitstatus, i.batchstatus, i.exitstatus, s.batchstatus)
          from wlpjobexecution e join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid
          join wlpstepthreadexecution s on s.fk_jobexecid = e.jobexecid
         where e.jobexecid = %d\
        """
            .formatted(execution));
  }

  /** An instance and all that hangs on it, as if it had last changed {@code days} ago. */
  void age(long execution, int days) {
    execute(
        """
        update wlpjobinstance set createtime = localtimestamp - make_interval(days => %2$d),
               updatetime = localtimestamp - make_interval(days => %2$d)
         where jobinstanceid = (select fk_jobinstanceid from wlpjobexecution where jobexecid = %1$d)\
        """
            .formatted(execution, days));
  }

  long number(String sql) {
    return Long.parseLong(text(sql));
  }

  String text(String sql) {
    return texts(sql).getFirst();
  }

  List<String> texts(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (row.next()) {
        texts.add(row.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
