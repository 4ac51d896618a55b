package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.schema.SchemaVersion;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DatabaseWatchTest {
  private final AtomicLong now = new AtomicLong(1);

  @Test
  void aDatabaseThatWasNeverSeenIsNotReady() {
    try (TestDatabase database = TestDatabase.fresh()) {
      DatabaseWatch watch = watch(database, false);
      assertThat(watch.acceptsWrites()).isFalse();
      assertThat(watch.secondsSinceWritable()).isEqualTo(-1);
      assertThat(watch.schemaIsSufficient()).isFalse();

      watch.look();
      assertThat(watch.acceptsWrites()).isTrue();
      assertThat(watch.schemaVersion()).isEqualTo(SchemaVersion.REQUIRED);
    }
  }

  @Test
  void aLostDatabaseHasTenSecondsToComeBack() {
    TestDatabase database = TestDatabase.fresh();
    DatabaseWatch watch = watch(database, false);
    watch.look();
    database.close();

    advance(9);
    watch.look();
    assertThat(watch.acceptsWrites()).isTrue();
    assertThat(watch.secondsSinceWritable()).isEqualTo(9);
    advance(1);
    watch.look();
    assertThat(watch.acceptsWrites()).isFalse();
    assertThat(watch.schemaIsSufficient()).isTrue();
  }

  @Test
  void anOldSchemaIsNotReadyAndLeftAlone() {
    try (TestDatabase database = TestDatabase.empty()) {
      DatabaseWatch watch = watch(database, false);
      watch.look();
      assertThat(watch.acceptsWrites()).isTrue();
      assertThat(watch.schemaIsSufficient()).isFalse();
      assertThat(watch.schemaVersion()).isEmpty();
    }
  }

  @Test
  void anOldSchemaIsMigratedWhereThatWasAskedFor() {
    try (TestDatabase database = TestDatabase.empty()) {
      DatabaseWatch watch = watch(database, true);
      watch.look();
      assertThat(watch.schemaVersion()).isEqualTo(SchemaVersion.REQUIRED);
    }
  }

  private DatabaseWatch watch(TestDatabase database, boolean migrate) {
    return new DatabaseWatch(new Database(database.dataSource()), migrate, budget(), now::get);
  }

  private static ConnectionBudget budget() {
    return new ConnectionBudget(Settings.of(Map.of()), () -> "me", fault -> {});
  }

  private void advance(int seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
