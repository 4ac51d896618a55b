package io.perdura.jobs;

import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Statements over job_schedules and job_scheduler. */
final class SchedulesSql {
  private static final String SELECT = "select " + JobSchedule.COLUMNS + " from job_schedules";

  private static final String INSERT =
      """
      insert into job_schedules
        (name, job, parameters, cron, interval_seconds, time_zone, missed_fire, enabled, next_fire_at, created_by)
      values (?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?) on conflict (name) do nothing returning %s\
      """
          .formatted(JobSchedule.COLUMNS);

  private static final String REPLACE =
      """
      update job_schedules
         set name = ?, job = ?, parameters = ?::jsonb, cron = ?, interval_seconds = ?, time_zone = ?, missed_fire = ?,
             enabled = ?, next_fire_at = ?, version = version + 1
       where id = ? and version = ? returning %s\
      """
          .formatted(JobSchedule.COLUMNS);

  /** 1 to 3: owner; 4: seconds. One row, or none while another owner's lease runs. */
  private static final String HOLD =
      """
      update job_scheduler
         set epoch = case when owner = ? and expires_at > clock_timestamp() then epoch else epoch + 1 end,
             owner = ?, expires_at = clock_timestamp() + make_interval(secs => ?)
       where owner is null or owner = ? or expires_at <= clock_timestamp() returning epoch\
      """;

  private static final String LET_GO =
      "update job_scheduler set expires_at = clock_timestamp() where owner = ?";

  /**
   * While this lock is held nobody else becomes the leader; should this server freeze with it, the
   * database ends the transaction.
   */
  private static final String STILL_LEADS =
      "select 1 from job_scheduler where owner = ? and epoch = ? and expires_at > clock_timestamp() for share";

  private static final String NOT_FROZEN = "set local idle_in_transaction_session_timeout = '3s'";

  private static final String DUE_IDS =
      "select id from job_schedules where enabled and next_fire_at <= clock_timestamp() order by next_fire_at limit 200";

  private static final String TAKE_DUE =
      """
      select %s, clock_timestamp() as present from job_schedules
       where id = ? and enabled and next_fire_at <= clock_timestamp() for update skip locked\
      """
          .formatted(JobSchedule.COLUMNS);

  private static final String MOVE_ON =
      """
      update job_schedules set next_fire_at = ?, last_fire_at = coalesce(?, last_fire_at) where id = ?\
      """;

  private static final String WAITING =
      "select count(*) from job_runs where schedule_id = ? and state = 'queued'";

  private static final String FAIL =
      "update job_runs set state = 'failed', ended_at = now(), error = ? where id = ?";

  /** Schedules that came with the release and that nobody has touched. */
  private static final String SHIPPED =
      SELECT + " where created_by = 'perdura' and version = 1 and not enabled";

  private static final String SWITCH_ON =
      """
      update job_schedules set enabled = true, next_fire_at = ? where id = ? and version = 1 and not enabled\
      """;

  private SchedulesSql() {}

  static List<JobSchedule> list(Connection connection) throws SQLException {
    return many(connection, SELECT + " order by name");
  }

  static List<JobSchedule> shipped(Connection connection) throws SQLException {
    return many(connection, SHIPPED);
  }

  static Optional<JobSchedule> find(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT + " where id = ?")) {
      statement.setObject(1, id);
      return one(statement);
    }
  }

  /** Empty when there is one of that name. */
  static Optional<JobSchedule> insert(
      Connection connection, ScheduleRequest wish, Instant next, String by) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      bind(statement, wish, next);
      statement.setString(10, by);
      return one(statement);
    }
  }

  /** Empty when there is no such schedule in that version. */
  static Optional<JobSchedule> replace(
      Connection connection, UUID id, ScheduleRequest wish, Instant next) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REPLACE)) {
      bind(statement, wish, next);
      statement.setObject(10, id);
      statement.setLong(11, wish.version());
      return one(statement);
    }
  }

  private static void bind(PreparedStatement statement, ScheduleRequest wish, Instant next)
      throws SQLException {
    statement.setString(1, wish.name());
    statement.setString(2, wish.job());
    statement.setString(3, Jsons.text(Jsons.MAPPER.valueToTree(new TreeMap<>(wish.given()))));
    statement.setString(4, wish.cron());
    statement.setObject(5, wish.intervalSeconds(), Types.INTEGER);
    statement.setString(6, wish.timeZone().getId());
    statement.setString(7, wish.missedFire());
    statement.setBoolean(8, wish.enabled());
    statement.setObject(9, time(next));
  }

  static boolean delete(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from job_schedules where id = ?")) {
      statement.setObject(1, id);
      return statement.executeUpdate() == 1;
    }
  }

  /** Takes or renews the lease; returns its epoch, 0 when another owner has it. */
  static long hold(Connection connection, String owner, int seconds) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLD)) {
      statement.setString(1, owner);
      statement.setString(2, owner);
      statement.setDouble(3, seconds);
      statement.setString(4, owner);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  static void letGo(Connection connection, String owner) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LET_GO)) {
      statement.setString(1, owner);
      statement.executeUpdate();
    }
  }

  /** Makes sure, until the end of the transaction, that {@code owner} leads. */
  static boolean stillLeads(Connection connection, String owner, long epoch) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(NOT_FROZEN);
    }
    try (PreparedStatement statement = connection.prepareStatement(STILL_LEADS)) {
      statement.setString(1, owner);
      statement.setLong(2, epoch);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  static List<UUID> dueIds(Connection connection) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(DUE_IDS)) {
      while (row.next()) {
        ids.add(row.getObject(1, UUID.class));
      }
    }
    return ids;
  }

  /** A schedule that is due, locked, and the time of the database. */
  record Taken(JobSchedule schedule, Instant now) {}

  static Optional<Taken> takeDue(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE_DUE)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Taken(
                    JobSchedule.read(row),
                    row.getObject("present", OffsetDateTime.class).toInstant()))
            : Optional.empty();
      }
    }
  }

  static void moveOn(Connection connection, UUID id, Instant next, Instant last)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MOVE_ON)) {
      statement.setObject(1, time(next));
      statement.setObject(2, time(last));
      statement.setObject(3, id);
      statement.executeUpdate();
    }
  }

  /** How many runs of the schedule wait for a worker. */
  static long waiting(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WAITING)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  static void fail(Connection connection, UUID run, String error) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FAIL)) {
      statement.setString(1, error);
      statement.setObject(2, run);
      statement.executeUpdate();
    }
  }

  static void switchOn(Connection connection, UUID id, Instant next) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SWITCH_ON)) {
      statement.setObject(1, time(next));
      statement.setObject(2, id);
      statement.executeUpdate();
    }
  }

  private static List<JobSchedule> many(Connection connection, String sql) throws SQLException {
    List<JobSchedule> schedules = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        schedules.add(JobSchedule.read(row));
      }
    }
    return schedules;
  }

  private static Optional<JobSchedule> one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(JobSchedule.read(row)) : Optional.empty();
    }
  }

  private static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
