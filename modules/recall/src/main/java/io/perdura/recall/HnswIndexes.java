package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.memory.Generation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Creates the HNSW index of a generation: one for all tenants, built without blocking writers.
 *
 * <p>Runs outside any transaction on a connection of its own for as long as the build takes. Of
 * several servers that want the same index one builds it; the others wait for nothing and go on, as
 * searches are right (and slow) without it.
 */
final class HnswIndexes {
  private static final Logger LOG = Logger.getLogger(HnswIndexes.class.getName());

  /** First half of the advisory lock's key: the index builds of this application. */
  private static final int LOCK_CLASS = 0x70647831;

  private static final String STATE =
      """
      select i.indisvalid from pg_class c join pg_index i on i.indexrelid = c.oid
      where c.oid = to_regclass(?)
      """;

  private final Database database;
  private final Quantization quantization;

  HnswIndexes(Database database, Quantization quantization) {
    this.database = database;
    this.quantization = quantization;
  }

  /**
   * Makes sure that the generation's index exists and is valid.
   *
   * @return false when another server is building it just now
   */
  boolean ensure(Generation generation) {
    return locked(
        generation,
        (connection, name) -> {
          if (!isValid(connection, name)) {
            create(connection, generation, name);
          }
        });
  }

  /**
   * Builds the generation's index anew; searches use the old one meanwhile. One of the other
   * quantization is dropped: it belongs to servers of another setting, which would make it again.
   *
   * @return false when another server is building it just now
   */
  boolean rebuild(Generation generation) {
    return locked(
        generation,
        (connection, name) -> {
          if (isValid(connection, name)) {
            // What a killed rebuilding left behind is in nobody's use.
            build(
                connection,
                name,
                "drop index concurrently if exists " + name + "_ccnew",
                "drop index concurrently if exists " + name + "_ccold",
                "reindex index concurrently " + name);
          } else {
            create(connection, generation, name);
          }
          String other = quantization.other().indexName(generation.id());
          if (isValid(connection, other)) {
            build(connection, name, "drop index concurrently if exists " + other);
          }
        });
  }

  private void create(Connection connection, Generation generation, String name)
      throws SQLException {
    build(
        connection,
        name,
        "drop index concurrently if exists " + name,
        PgvectorSql.createIndex(generation.id(), generation.dimension(), quantization));
  }

  private interface Work {
    void run(Connection connection, String name) throws SQLException;
  }

  private boolean locked(Generation generation, Work work) {
    if (!quantization.isIndexable(generation.dimension())) {
      LOG.log(
          Level.WARNING,
          "vectors of {0} values are too long for an index; every search compares all of a scope",
          generation.dimension());
      return true;
    }
    String name = quantization.indexName(generation.id());
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      if (!lock(connection, generation.id())) {
        return false;
      }
      try {
        work.run(connection, name);
        return true;
      } finally {
        unlock(connection, generation.id());
      }
    } catch (SQLException e) {
      throw new IllegalStateException("index " + name + " could not be built", e);
    }
  }

  private static void build(Connection connection, String name, String... statements)
      throws SQLException {
    long start = System.nanoTime();
    int patience = connection.getNetworkTimeout();
    // Building takes minutes, in which the server says nothing.
    connection.setNetworkTimeout(Runnable::run, 0);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set statement_timeout = 0");
      statement.execute("set lock_timeout = 0");
      statement.execute("set maintenance_work_mem = '512MB'");
      try {
        for (String sql : statements) {
          statement.execute(sql);
        }
      } finally {
        statement.execute("reset statement_timeout");
        statement.execute("reset lock_timeout");
        statement.execute("reset maintenance_work_mem");
      }
    } finally {
      connection.setNetworkTimeout(Runnable::run, patience);
    }
    LOG.log(
        Level.INFO,
        "built index {0} in {1} s",
        new Object[] {name, (System.nanoTime() - start) / 1_000_000_000L});
  }

  private static boolean isValid(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STATE)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static boolean lock(Connection connection, int generationId) throws SQLException {
    return advisory(connection, "select pg_try_advisory_lock(?, ?)", generationId);
  }

  private static void unlock(Connection connection, int generationId) throws SQLException {
    advisory(connection, "select pg_advisory_unlock(?, ?)", generationId);
  }

  private static boolean advisory(Connection connection, String sql, int generationId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, LOCK_CLASS);
      statement.setInt(2, generationId);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
