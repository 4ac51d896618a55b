package io.perdura.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MigratorTest {
  @Test
  void emptyDatabaseIsBroughtToTheRequiredVersionAndASecondRunChangesNothing() throws Exception {
    try (TestDatabase database = TestDatabase.empty();
        Connection connection = database.dataSource().getConnection()) {
      assertThat(Migrator.appliedVersion(connection)).isEmpty();

      Migrator migrator = new Migrator(database.dataSource());
      assertThat(migrator.migrate()).isPositive();
      assertThat(migrator.migrate()).isZero();

      assertThat(Migrator.appliedVersion(connection)).isEqualTo(SchemaVersion.REQUIRED);
    }
  }

  @Test
  void concurrentRunsWaitForEachOther() throws Exception {
    try (TestDatabase database = TestDatabase.empty();
        ExecutorService pool = Executors.newFixedThreadPool(3)) {
      Callable<Integer> run = () -> new Migrator(database.dataSource()).migrate();
      List<Future<Integer>> runs = pool.invokeAll(List.of(run, run, run));
      int applied = 0;
      for (Future<Integer> one : runs) {
        applied += one.get();
      }
      try (Connection connection = database.dataSource().getConnection()) {
        assertThat(Migrator.appliedVersion(connection)).isEqualTo(SchemaVersion.REQUIRED);
      }
      assertThat(applied).isPositive();
    }
  }

  @Test
  void olderOrAbsentSchemaIsNotSufficientAndANewerOneIs() {
    assertThat(SchemaVersion.isSufficient("")).isFalse();
    assertThat(SchemaVersion.isSufficient("0.9")).isFalse();
    assertThat(SchemaVersion.isSufficient(SchemaVersion.REQUIRED)).isTrue();
    assertThat(SchemaVersion.isSufficient("999")).isTrue();
  }
}
