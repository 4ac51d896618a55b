package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Statements over job_runs, for workers. */
final class RunBookSql {
  /**
   * 1: trouble. Back to the queue, or to its end when an operator wanted that. The fence moves on.
   */
  static final String RELEASE =
      """
      state = case when stop_requested then 'stopped' else 'queued' end,
      ended_at = case when stop_requested then now() end, node = null, fence = fence + 1,
      error = coalesce(?, error)\
      """;

  /** 1: the asking server; 2: seconds after which a silent server is dead. */
  static final String DEAD =
      """
       and node <> ?
       and not exists (select from cluster_members m
                        where m.id = node and m.heartbeat_at > now() - make_interval(secs => ?))\
      """;

  private static final String HAS_QUEUED =
      "select exists (select from job_runs where state = 'queued')";

  /** Claims are made one after another, so that two of them do not miss each other's conflict. */
  private static final String ONE_BY_ONE =
      "select pg_advisory_xact_lock(hashtext('perdura.jobs.claim'))";

  /** 1: attempts. */
  private static final String BURY =
      """
      update job_runs set state = 'failed', ended_at = now(),
             error = coalesce(error, 'given up: its servers went away ' || barren_attempts || ' times without a page done')
       where state = 'queued' and barren_attempts >= ?
      returning\
      """
          + " "
          + JobRun.COLUMNS;

  /** 1: server; 2: names of jobs; 3: server. */
  private static final String CLAIM =
      """
      update job_runs
         set state = 'running', node = ?, fence = fence + 1, attempts = attempts + 1, barren_attempts = barren_attempts + 1,
             started_at = coalesce(started_at, now()), attempt_at = now(), attempt_items = items, progress_at = null, error = null
       where id = (select q.id from job_runs q
                    where q.state = 'queued' and q.job = any (?) and (q.target_node is null or q.target_node = ?)
                      and not exists (select from job_runs r where r.state in ('running', 'stopping') and %s)
                    order by q.created_at, q.id limit 1 for update skip locked)
      returning %s\
      """
          .formatted(RunLane.CONFLICT, JobRun.COLUMNS);

  /** 1: state, 2: items, 3: total, 4: skipped, 5: last; 6: id, 7: fence. */
  private static final String BEHIND =
      """
      update job_runs
         set state_json = ?::jsonb, items = items + ?, total_items = coalesce(?, total_items), skipped = skipped + ?,
             pages_done = ?, progress_at = now(), barren_attempts = 0, error = null
       where id = ? and fence = ? and state in ('running', 'stopping')\
      """;

  /** 1, 3: slice; 2: what it found; 4: id, 5: fence. Doing it twice equals doing it once. */
  private static final String KEEP =
      """
      update job_runs
         set state_json = jsonb_set(state_json, array['done', ?], ?::jsonb),
             items = items + case when jsonb_exists(state_json -> 'done', ?) then 0 else 1 end,
             progress_at = now(), barren_attempts = 0, error = null
       where id = ? and fence = ? and state in ('running', 'stopping')\
      """;

  private static final String INSERT_RUNNING =
      """
      insert into job_runs (job, lane, state, parameters, requested_by, node, fence, attempts, started_at, attempt_at)
      values (?, ?, 'running', ?::jsonb, 'batch runtime', ?, 1, 1, now(), now()) returning %s\
      """
          .formatted(JobRun.COLUMNS);

  private static final String TAKE_ENDED =
      """
      update job_runs
         set state = 'running', node = ?, fence = fence + 1, attempts = attempts + 1, barren_attempts = 0, ended_at = null,
             error = null, stop_requested = false, attempt_at = now(), attempt_items = items, progress_at = null
       where id = ? and state in ('failed', 'stopped') returning %s\
      """
          .formatted(JobRun.COLUMNS);

  /** 1: days; 2: rows at most. */
  static final String FORGET =
      """
      delete from job_runs where id in (
        select id from job_runs where ended_at < now() - make_interval(days => ?) limit ?)\
      """;

  private RunBookSql() {}

  static boolean hasQueued(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(HAS_QUEUED)) {
      row.next();
      return row.getBoolean(1);
    }
  }

  static List<JobRun> bury(Connection connection, int attempts) throws SQLException {
    List<JobRun> buried = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(BURY)) {
      statement.setInt(1, attempts);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          buried.add(JobRun.read(row));
        }
      }
    }
    return buried;
  }

  static Optional<JobRun> claim(Connection connection, String node, List<String> jobs)
      throws SQLException {
    try (Statement lock = connection.createStatement()) {
      lock.execute(ONE_BY_ONE);
    }
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, node);
      statement.setArray(2, connection.createArrayOf("text", jobs.toArray()));
      statement.setString(3, node);
      return one(statement);
    }
  }

  static Optional<JobRun> find(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select " + JobRun.COLUMNS + " from job_runs where id = ?")) {
      statement.setObject(1, id);
      return one(statement);
    }
  }

  static Optional<JobRun> ofInstance(Connection connection, long instance) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select "
                + JobRun.COLUMNS
                + " from job_runs where instance_id = ? order by created_at desc limit 1")) {
      statement.setLong(1, instance);
      return one(statement);
    }
  }

  static JobRun insertRunning(
      Connection connection, JobDefinition job, JobParameters parameters, String node)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT_RUNNING)) {
      statement.setString(1, job.name());
      statement.setString(2, RunLane.of(job, parameters));
      statement.setString(3, json(parameters));
      statement.setString(4, node);
      return one(statement).orElseThrow();
    }
  }

  static Optional<JobRun> takeEnded(Connection connection, JobRun run, String node)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE_ENDED)) {
      statement.setString(1, node);
      statement.setObject(2, run.id());
      return one(statement);
    }
  }

  /** Remembers a page; throws when the run is no longer this worker's. */
  static void behind(Connection connection, RunHandle run, PagedWork.Page page, long skipped)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BEHIND)) {
      Long total =
          page.state().path(PagedWork.Page.TOTAL).isNumber()
              ? (Long) page.state().get(PagedWork.Page.TOTAL).longValue()
              : null;
      statement.setString(1, Jsons.text(page.state()));
      statement.setLong(2, page.items());
      statement.setObject(3, total, Types.BIGINT);
      statement.setLong(4, skipped);
      statement.setBoolean(5, page.last());
      statement.setObject(6, run.id());
      statement.setLong(7, run.fence());
      if (statement.executeUpdate() != 1) {
        throw new RunLostException(run.id());
      }
    }
  }

  /** Keeps what a slice found; throws when the run is no longer this worker's. */
  static void keep(Connection connection, RunHandle run, String slice, ObjectNode found)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEEP)) {
      statement.setString(1, slice);
      statement.setString(2, Jsons.text((JsonNode) found));
      statement.setString(3, slice);
      statement.setObject(4, run.id());
      statement.setLong(5, run.fence());
      if (statement.executeUpdate() != 1) {
        throw new RunLostException(run.id());
      }
    }
  }

  /**
   * @param condition more of it, about {@code node}
   * @param seconds null when the condition has no such parameter
   */
  static List<RunBook.Held> held(
      Connection connection, String condition, String node, Integer seconds) throws SQLException {
    List<RunBook.Held> held = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select id, job, node, fence, stop_requested from job_runs where state in ('running', 'stopping')"
                + condition
                + " order by created_at")) {
      statement.setString(1, node);
      if (seconds != null) {
        statement.setDouble(2, seconds);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          held.add(
              new RunBook.Held(
                  row.getObject(1, UUID.class),
                  row.getString(2),
                  row.getString(3),
                  row.getLong(4),
                  row.getBoolean(5)));
        }
      }
    }
    return held;
  }

  static String json(JobParameters parameters) {
    return Jsons.text(Jsons.MAPPER.valueToTree(new TreeMap<>(parameters.values())));
  }

  private static Optional<JobRun> one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(JobRun.read(row)) : Optional.empty();
    }
  }
}
