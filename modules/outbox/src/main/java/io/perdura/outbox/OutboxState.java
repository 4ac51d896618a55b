package io.perdura.outbox;

import io.perdura.kernel.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How the outbox stands: the one view for dashboards, gates and metrics, in which a dead letter is
 * never also pending (D-35).
 *
 * @param types one row an event type that has open or dead events, by name
 */
public record OutboxState(List<Type> types) {
  private static final String ALL_SCOPES =
      """
      select event_type, %1$s
        from memory_outbox where published_at is null and failed_at is null group by event_type
      union all
      select event_type, %2$s
        from memory_outbox where failed_at is not null and published_at is null group by event_type
      order by 1\
      """;

  private static final String ONE_SCOPE =
      """
      select event_type, %1$s
        from memory_outbox
       where priority in (0, 1, 2) and scope = ? and published_at is null and failed_at is null group by event_type
      union all
      select event_type, %2$s
        from memory_outbox where scope = ? and failed_at is not null and published_at is null group by event_type
      order by 1\
      """;

  private static final String OPEN =
      """
      count(*), count(*) filter (where attempts > 0),
             count(*) filter (where claimed_by is not null and lease_until > now()), 0::bigint,
             extract(epoch from now() - min(created_at))::float8,
             coalesce(extract(epoch from now() - min(available_at) filter (where available_at <= now())), 0)::float8\
      """;

  private static final String DEAD =
      "0::bigint, 0::bigint, 0::bigint, count(*), 0::float8, 0::float8";

  /**
   * One event type.
   *
   * @param pending neither published nor dead, in flight or not
   * @param retrying pending and tried before, or being tried
   * @param inFlight held by a worker under a running lease
   * @param dead dead letters
   * @param oldestPendingSeconds age of the oldest pending event, 0 without one
   * @param overdueSeconds how long the event that has waited longest for a worker has been due
   */
  public record Type(
      String eventType,
      long pending,
      long retrying,
      long inFlight,
      long dead,
      double oldestPendingSeconds,
      double overdueSeconds) {
    private Type plus(Type other) {
      return new Type(
          eventType,
          pending + other.pending,
          retrying + other.retrying,
          inFlight + other.inFlight,
          dead + other.dead,
          Math.max(oldestPendingSeconds, other.oldestPendingSeconds),
          Math.max(overdueSeconds, other.overdueSeconds));
    }
  }

  /** Reads the state of one scope, or of all when {@code scope} is null. Scans what is open. */
  public static OutboxState read(Database database, String scope) {
    return database.read("state of the outbox", connection -> read(connection, scope));
  }

  private static OutboxState read(Connection connection, String scope) throws SQLException {
    String sql = (scope == null ? ALL_SCOPES : ONE_SCOPE).formatted(OPEN, DEAD);
    List<Type> types = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (scope != null) {
        statement.setString(1, scope);
        statement.setString(2, scope);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          add(types, read(row));
        }
      }
    }
    return new OutboxState(List.copyOf(types));
  }

  private static Type read(ResultSet row) throws SQLException {
    return new Type(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getDouble(6),
        row.getDouble(7));
  }

  private static void add(List<Type> types, Type type) {
    if (!types.isEmpty() && types.getLast().eventType.equals(type.eventType)) {
      types.set(types.size() - 1, types.getLast().plus(type));
    } else {
      types.add(type);
    }
  }

  /** The sum over all types, under the name {@code all}. */
  public Type totals() {
    return types.stream().reduce(new Type("all", 0, 0, 0, 0, 0, 0), Type::plus);
  }
}
