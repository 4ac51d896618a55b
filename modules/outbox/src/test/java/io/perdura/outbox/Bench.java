package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** A workbench over a test database: stores events, builds workers, looks at rows. */
final class Bench {
  final Database database;
  final Wakeups wakeups = new Wakeups();
  final Outbox outbox = new Outbox(wakeups);
  final Map<String, String> settings = new HashMap<>();
  final Map<String, OutboxHandler> handlers = new HashMap<>();
  String settle = SettleSql.SETTLE;
  OutboxMeter meter = OutboxMeter.NONE;
  Leases leases = new Leases(Duration.ofMinutes(1));
  double random;

  /** Over a database as it is. */
  static Bench over(DataSource dataSource) {
    return new Bench(dataSource, false);
  }

  /** Over a database that is emptied first. */
  Bench(DataSource dataSource) {
    this(dataSource, true);
  }

  private Bench(DataSource dataSource, boolean empty) {
    this.database = new Database(dataSource);
    settings.put("OUTBOX_POLL_INTERVAL_MS", "20");
    if (empty) {
      empty();
    }
  }

  private void empty() {
    execute("truncate memory_outbox, memory_commits cascade");
    execute("create table if not exists effects (event_id bigint not null, worker text)");
    execute("truncate effects");
  }

  /** The effect that the tests count: one row each time an event's effect happens. */
  static OutboxHandler counting(String eventType) {
    return handler(eventType, events -> tx -> countAll(tx.connection(), events));
  }

  static OutboxHandler handler(String eventType, Preparing preparing) {
    return new OutboxHandler() {
      @Override
      public String eventType() {
        return eventType;
      }

      @Override
      public Prepared prepare(List<ClaimedEvent> events) {
        return preparing.prepare(events);
      }
    };
  }

  static List<EventOutcome> countAll(Connection connection, List<ClaimedEvent> events)
      throws SQLException {
    List<EventOutcome> outcomes = new ArrayList<>();
    try (PreparedStatement insert =
        connection.prepareStatement("insert into effects (event_id) values (?)")) {
      for (ClaimedEvent event : events) {
        insert.setLong(1, event.id());
        insert.addBatch();
        outcomes.add(new EventOutcome.Done());
      }
      insert.executeBatch();
    }
    return outcomes;
  }

  Bench with(String setting, Object value) {
    settings.put(setting, value.toString());
    return this;
  }

  Bench with(OutboxHandler handler) {
    handlers.put(handler.eventType(), handler);
    return this;
  }

  DrainContext context() {
    return new DrainContext(
        new OutboxStore(database, settle),
        Map.copyOf(handlers),
        Settings.of(settings),
        new Backoff(() -> random),
        meter,
        leases,
        wakeups.work());
  }

  OutboxWorker worker(String name) {
    return new OutboxWorker(context(), name, () -> false);
  }

  UUID commit(String scope) {
    UUID id = UUID.randomUUID();
    execute(
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values ('%s', '%s', '', '', '%s')"
            .formatted(id, scope, id));
    return id;
  }

  /** Stores one event and returns its id. */
  long store(String scope, String eventType) {
    return store(scope, eventType, 1).getFirst();
  }

  /** Stores {@code count} events of one commit and returns their ids. */
  List<Long> store(String scope, String eventType, int count) {
    UUID commit = commit(scope);
    List<OutboxEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new OutboxEvent(scope, commit, eventType, Jsons.object().put("n", i)));
    }
    database.transaction("store", tx -> outbox.enqueue(tx, events));
    return longs("select id from memory_outbox where commit_id = '" + commit + "' order by id");
  }

  /** Claims and processes until nothing is due; returns how many events were handed out. */
  int drain(OutboxWorker worker) throws InterruptedException {
    int handled = 0;
    while (true) {
      List<ClaimedEvent> events = worker.claim(Duration.ZERO);
      if (events.isEmpty()) {
        return handled;
      }
      worker.process(events);
      handled += events.size();
    }
  }

  int drain() throws InterruptedException {
    try (OutboxWorker worker = worker("w/1/00")) {
      return drain(worker);
    }
  }

  void execute(String sql) {
    database.read(
        "test",
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  List<Long> longs(String sql) {
    return database.read(
        "test",
        connection -> {
          List<Long> values = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
              values.add(row.getLong(1));
            }
          }
          return values;
        });
  }

  long number(String sql) {
    return longs(sql).getFirst();
  }

  /** The event's row; times as text, null where the column is null. */
  Map<String, String> row(long id) {
    return database.read(
        "test",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery("select * from memory_outbox where id = " + id)) {
            row.next();
            Map<String, String> values = new LinkedHashMap<>();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
              values.put(row.getMetaData().getColumnName(i), row.getString(i));
            }
            return values;
          }
        });
  }

  JsonNode payload(long id) {
    return Jsons.stored(row(id).get("payload"));
  }

  /** Makes everything due that pauses or is leased, as if its time had come. */
  void letTimePass() {
    execute(
        "update memory_outbox set available_at = now(), lease_until = case when claimed_by is not null then now() end");
  }

  long effects(long id) {
    return number("select count(*) from effects where event_id = " + id);
  }

  /** First half of a handler. */
  @FunctionalInterface
  interface Preparing {
    OutboxHandler.Prepared prepare(List<ClaimedEvent> events);
  }
}
