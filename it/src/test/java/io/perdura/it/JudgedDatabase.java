package io.perdura.it;

import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The database of a judged service: what is in it, and how to break it. */
final class JudgedDatabase {
  private final TestDatabase database;

  JudgedDatabase(TestDatabase database) {
    this.database = database;
  }

  long count(String what) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + what)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Rows of every table that has a scope, by table. */
  Map<String, Long> rowsOf(String scopes) {
    Map<String, Long> rows = new TreeMap<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery(
                "select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)"
                    + " where c.column_name = 'scope' and c.table_schema = 'public' and t.table_type = 'BASE TABLE'")) {
      while (tables.next()) {
        rows.put(tables.getString(1), 0L);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    rows.replaceAll((table, none) -> count(table + " where scope " + scopes));
    return rows;
  }

  void sql(String text) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes inserts into a table do something else meanwhile. */
  AutoCloseable sabotage(String table, String body) {
    return sabotage(table, "insert", body);
  }

  /**
   * Makes changes of a table do something else meanwhile.
   *
   * @param change {@code insert}, {@code update} or {@code delete}
   */
  AutoCloseable sabotage(String table, String change, String body) {
    sql(
        "create function sabotage() returns trigger language plpgsql as $$ begin "
            + body
            + " end $$");
    sql(
        "create trigger sabotage before "
            + change
            + " on "
            + table
            + " for each row execute function sabotage()");
    return () -> sql("drop function sabotage() cascade");
  }

  /** Lets nobody in any more, or again. */
  void shut(boolean shut) {
    database.shut(shut);
  }

  /** Locks a table for {@code time} again and again, with a moment between. */
  AutoCloseable hold(String table, Duration time) {
    Thread holder = Thread.ofVirtual().start(() -> hold(table, time.toMillis()));
    return () -> {
      holder.interrupt();
      holder.join();
    };
  }

  private void hold(String table, long millis) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!Thread.currentThread().isInterrupted()) {
        statement.execute("lock table " + table + " in access exclusive mode");
        Thread.sleep(millis);
        connection.rollback();
        Thread.sleep(100);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
