package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.outbox.Outbox;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The memory core over a test database, with a vector length of 4 unless told otherwise. */
final class MemoryKit {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-24T10:00:00.123Z"), ZoneOffset.UTC);

  final Settings settings;
  final Database database;
  final Embeddings embeddings;
  final Generations generations;
  final WriteService writes;
  final FindService finds;
  final SessionService sessions;
  final PackService packs;
  final LifecycleService lifecycle;
  final ConsistencyService consistency;
  final EraseService erasures;

  MemoryKit(DataSource dataSource, String... namesAndValues) {
    this(dataSource, null, namesAndValues);
  }

  /** {@code provider}: null for the one that the settings ask for. */
  MemoryKit(DataSource dataSource, EmbeddingProvider provider, String... namesAndValues) {
    Map<String, String> values = new HashMap<>();
    values.put("EMBEDDING_DIM", "4");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    settings = Settings.of(values);
    database = new Database(dataSource);
    embeddings = provider == null ? Embeddings.of(settings) : Embeddings.of(provider);
    generations = new Generations(database, settings, embeddings);
    writes = WriteService.of(database, settings, generations, Outbox.detached());
    finds = FindService.of(database);
    sessions = SessionService.of(database, writes);
    packs = PackService.of(database, writes, settings, CLOCK);
    lifecycle = LifecycleService.of(database, generations, CLOCK);
    consistency = ConsistencyService.of(database, settings, Clock.systemUTC());
    erasures = EraseService.of(database, settings, generations, consistency);
  }

  JsonNode find(String body) {
    return finds.find(FindRequest.read(json(body), settings));
  }

  JsonNode createSession(String body) {
    return sessions.create(SessionRequest.read(json(body), settings), Once.UNKEYED).body();
  }

  JsonNode append(String body) {
    return sessions.append(EventRequest.read(json(body), settings), Once.UNKEYED).body();
  }

  JsonNode events(String sessionId, Map<String, List<String>> query) {
    return sessions.events(SessionEventsRequest.read(sessionId, query, settings));
  }

  JsonNode exportPack(String body) {
    return packs.export(PackExportRequest.read(json(body), settings));
  }

  JsonNode importPack(JsonNode body) {
    return packs.importPack(PackImportRequest.read(body, settings), Once.UNKEYED).body();
  }

  JsonNode rehydrate(String body) {
    return lifecycle.rehydrate(RehydrateRequest.read(json(body), settings), Once.UNKEYED).body();
  }

  JsonNode activate(String body) {
    return lifecycle.activate(ActivateRequest.read(json(body), settings), Once.UNKEYED).body();
  }

  JsonNode erase(EraseRequest.Kind kind, String body) {
    return erasures.erase(EraseRequest.read(kind, json(body), settings), Once.UNKEYED).body();
  }

  JsonNode residue(EraseRequest.Kind kind, String body) {
    return consistency.residue(EraseRequest.read(kind, json(body), settings));
  }

  JsonNode verifyChain(String scope) {
    return consistency.verifyChain(ScopeKey.resolve(null, scope, settings.defaults()));
  }

  /** Returns the refusal that {@code call} meets. */
  static ApiException refusal(Runnable call) {
    try {
      call.run();
    } catch (ApiException e) {
      return e;
    }
    throw new AssertionError("nothing was refused");
  }

  /** Reads JSON with single quotes. */
  static ObjectNode json(String text) {
    return (ObjectNode) Jsons.stored(text.replace('\'', '"'));
  }

  JsonNode write(String body) {
    return write(json(body));
  }

  JsonNode write(JsonNode body) {
    return writes.write(WriteRequest.read(body, settings), Once.UNKEYED).body();
  }

  /** Runs one statement and returns its rows as JSON objects. */
  ArrayNode rows(String sql) {
    return database.read(
        "rows",
        connection -> {
          ArrayNode rows = Jsons.array();
          String wrapped = "select to_jsonb(q)::text from (" + sql + ") q";
          try (Statement statement = connection.createStatement();
              ResultSet result = statement.executeQuery(wrapped)) {
            while (result.next()) {
              rows.add(Jsons.stored(result.getString(1)));
            }
          }
          return rows;
        });
  }

  /** Returns the single value of a query as text. */
  String value(String sql) {
    return database.read(
        "value",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
          }
        });
  }

  long count(String table) {
    return Long.parseLong(value("select count(*) from " + table));
  }

  void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
