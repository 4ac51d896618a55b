package io.perdura.kernel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.IntSupplier;

/** Deletes many rows in short statements, so that no transaction lasts and no lock is held long. */
public final class Purge {
  private Purge() {}

  /**
   * Repeats a statement that deletes up to {@code limit} rows until it finds fewer, or until the
   * current {@link Deadline} has passed: the rest is left to the next time.
   *
   * @param name appears in messages
   * @param sql deletes rows; doing it twice equals doing it once
   * @param binding sets its parameters, the limit among them
   * @return how many rows were deleted
   */
  public static int run(Database database, String name, int limit, String sql, Binding binding) {
    return repeat(
        limit, () -> database.statement(name, connection -> deleteOnce(connection, sql, binding)));
  }

  private static int deleteOnce(Connection connection, String sql, Binding binding)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.bind(statement);
      return statement.executeUpdate();
    }
  }

  static int repeat(int limit, IntSupplier delete) {
    Deadline deadline = Deadline.current();
    int total = 0;
    int removed;
    do {
      removed = delete.getAsInt();
      total += removed;
    } while (removed >= limit && deadline.remaining().compareTo(Duration.ZERO) > 0);
    return total;
  }

  /** Sets the parameters of a statement. */
  @FunctionalInterface
  public interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }
}
