package io.perdura.jobs;

import io.perdura.kernel.Heartbeats;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Statements over job_runs, for administrators and schedules. */
final class JobRunsSql {
  /** 1: job. Requests of one job are made one after another. */
  private static final String ONE_BY_ONE =
      "select pg_advisory_xact_lock(hashtext('perdura.jobs.request'), hashtext(?))";

  /** 1: job; 2: lane. */
  private static final String CONFLICTING =
      """
      select %s from job_runs r, (select ?::text as job, ?::text as lane) q
       where r.state in ('queued', 'running', 'stopping') and %s order by created_at limit 1\
      """
          .formatted(columns(), RunLane.CONFLICT);

  private static final String IS_WORKER =
      """
      select exists (select from cluster_members
                      where id = ? and role <> 'api' and heartbeat_at > now() - make_interval(secs => ?))\
      """;

  private static final String INSERT =
      """
      insert into job_runs (job, lane, parameters, requested_by, reason, target_node, schedule_id, occurrence_at)
      values (?, ?, ?::jsonb, ?, ?, ?, ?, ?)
      on conflict (schedule_id, occurrence_at) do nothing returning\
      """
          + " "
          + JobRun.COLUMNS;

  private static final String LIST =
      """
      select %s from job_runs
       where (?::text is null or job = ?) and (?::text is null or state = ?)
         and (?::uuid is null or (created_at, id) < (select created_at, id from job_runs where id = ?))
       order by created_at desc, id desc limit ?\
      """
          .formatted(JobRun.COLUMNS);

  private static final String STOP =
      """
      update job_runs
         set stop_requested = true,
             state = case when state = 'queued' then 'stopped' else 'stopping' end,
             ended_at = case when state = 'queued' then now() end
       where id = ? and state in ('queued', 'running', 'stopping') returning %s\
      """
          .formatted(JobRun.COLUMNS);

  private static final String RESTART =
      """
      update job_runs
         set state = 'queued', ended_at = null, error = null, stop_requested = false, barren_attempts = 0, node = null,
             fence = fence + 1
       where id = ? and state in ('failed', 'stopped') returning %s\
      """
          .formatted(JobRun.COLUMNS);

  private static final String QUEUE =
      """
      select count(*), coalesce(extract(epoch from now() - min(created_at)), 0) from job_runs where state = 'queued'\
      """;

  private JobRunsSql() {}

  /** A run to be made; {@code reason} and {@code target} may be null. */
  record Queued(
      String job, String lane, JobParameters parameters, String by, String reason, String target) {}

  /** Finds a run that waits or runs and must not have this one beside it. */
  static Optional<JobRun> conflicting(Connection connection, String job, String lane)
      throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(ONE_BY_ONE)) {
      lock.setString(1, job);
      lock.execute();
    }
    try (PreparedStatement statement = connection.prepareStatement(CONFLICTING)) {
      statement.setString(1, job);
      statement.setString(2, lane);
      return one(statement);
    }
  }

  static boolean isWorker(Connection connection, String node) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_WORKER)) {
      statement.setString(1, node);
      statement.setDouble(2, Heartbeats.DEAD_AFTER_SECONDS);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  static JobRun insert(Connection connection, Queued run) throws SQLException {
    return insert(connection, run, null, null).orElseThrow();
  }

  /** Makes the run of a schedule's occurrence; empty when there is one already. */
  static Optional<JobRun> insert(
      Connection connection, Queued run, UUID schedule, Instant occurrence) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, run.job());
      statement.setString(2, run.lane());
      statement.setString(3, RunBookSql.json(run.parameters()));
      statement.setString(4, run.by());
      statement.setString(5, run.reason());
      statement.setString(6, run.target());
      statement.setObject(7, schedule);
      statement.setObject(8, occurrence == null ? null : occurrence.atOffset(ZoneOffset.UTC));
      return one(statement);
    }
  }

  static List<JobRun> list(Connection connection, RunQuery query) throws SQLException {
    List<JobRun> runs = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, query.job());
      statement.setString(2, query.job());
      statement.setString(3, query.state());
      statement.setString(4, query.state());
      statement.setObject(5, query.before());
      statement.setObject(6, query.before());
      statement.setInt(7, query.limit());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          runs.add(JobRun.read(row));
        }
      }
    }
    return runs;
  }

  static Optional<JobRun> stop(Connection connection, UUID run) throws SQLException {
    return byId(connection, STOP, run);
  }

  static Optional<JobRun> restart(Connection connection, UUID run) throws SQLException {
    return byId(connection, RESTART, run);
  }

  static double[] queue(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUEUE)) {
      row.next();
      return new double[] {row.getDouble(1), row.getDouble(2)};
    }
  }

  private static Optional<JobRun> byId(Connection connection, String sql, UUID run)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      return one(statement);
    }
  }

  private static Optional<JobRun> one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(JobRun.read(row)) : Optional.empty();
    }
  }

  /** The columns of a run, told apart from those of a table beside it. */
  private static String columns() {
    return "r." + JobRun.COLUMNS.replaceAll(",\\s*", ", r.");
  }
}
