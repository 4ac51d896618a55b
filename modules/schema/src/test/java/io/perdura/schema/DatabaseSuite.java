package io.perdura.schema;

import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * A behaviour suite that runs on both kinds of PostgreSQL.
 *
 * <p>Write the tests in an abstract subclass and add one short class per kind, each answering
 * {@link #open()} with {@link TestDatabase#fresh()} or {@link TestDatabase#pgvector()}. One
 * database serves all tests of a class; where no server with pgvector is offered, the class is
 * skipped with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DatabaseSuite {
  private TestDatabase database;

  /** The database this class runs on; asked once, before the first test. */
  protected abstract TestDatabase open();

  @BeforeAll
  void openDatabase() {
    database = open();
  }

  @AfterAll
  void closeDatabase() {
    if (database != null) {
      database.close();
    }
  }

  protected final TestDatabase database() {
    return database;
  }

  protected final DataSource dataSource() {
    return database.dataSource();
  }
}
