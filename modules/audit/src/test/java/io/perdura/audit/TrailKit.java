package io.perdura.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** What tests of the trail share: a database, and rows to put into it. */
final class TrailKit {
  static final String ACME = Chains.tenant("acme");

  final DataSource source;
  final Database database;

  TrailKit(DataSource source) {
    this.source = source;
    this.database = new Database(source);
  }

  AuditTrail trail(Path state, Map<String, String> settings) {
    return trail(database, state, settings);
  }

  static AuditTrail trail(Database database, Path state, Map<String, String> settings) {
    Map<String, String> values = new HashMap<>(settings);
    values.put(CoreSettings.PERDURA_STATE_DIR.name(), state.toString());
    return new AuditTrail(database, Settings.of(values), Clock.systemUTC());
  }

  static CallFacts call(String chain, String what) {
    return new CallFacts(UUID.randomUUID(), chain, Instant.now(), what, 200, 1.5, null, List.of());
  }

  static Caller caller() {
    return new Caller("key:abc", "planner", null, "10.0.0.1", "r-1", "acme", "s", "0".repeat(64));
  }

  /** Puts a row into the inbox as a write does. */
  static void commit(Connection connection, AuditRow row) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into audit_inbox (chain, entry, personal) values (?, ?, ?)")) {
      insert.setString(1, row.chain());
      insert.setString(2, row.entry());
      insert.setString(3, row.personal());
      insert.executeUpdate();
    }
  }

  static AuditRow row(String chain, String what) {
    EntryText text = EntryText.of(call(chain, what), caller());
    return new AuditRow(chain, text.key(), text.committed("n~1", 0), text.personal());
  }

  /** Links {@code count} rows into a chain. */
  void linked(String chain, int count) throws SQLException {
    try (Connection connection = source.getConnection()) {
      for (int i = 1; i <= count; i++) {
        commit(connection, row(chain, "call " + i));
      }
    }
    Sequencer sequencer = new Sequencer(database, "kit");
    sequencer.run();
    sequencer.stop();
  }

  void sql(String... statements) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }

  long count(String from) throws SQLException {
    return Long.parseLong(texts("select count(*) from " + from).getFirst());
  }

  JsonNode verify() throws SQLException {
    return verify(null);
  }

  JsonNode verify(String chain) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return AuditVerifier.verify(connection, chain);
    }
  }

  void empty() throws SQLException {
    sql(
        "truncate audit_inbox, audit_chain, audit_chains, audit_spools",
        "update audit_sequencer set holder = null, fence = 0, renewed_at = '-infinity'");
  }
}
