package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Viewer;
import io.perdura.schema.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Statements that were planned while the tables were empty still go through the indexes. */
class HybridPlansTest {
  private static final int NODES = 20_000;
  private static final int QUERIES = 10;

  @Test
  void plansMadeOverEmptyTablesReadFewRowsOfFullOnes() throws SQLException {
    try (TestDatabase database = TestDatabase.fresh();
        HybridKit kit = new HybridKit(database.dataSource())) {
      try (var statement = kit.connection.createStatement()) {
        statement.execute("alter table memory_nodes set (autovacuum_enabled = off)");
      }
      HybridSeeds arms = kit.arms("vector,lexical,entity,recency");
      for (int i = 0; i < QUERIES; i++) {
        arms.find(query("word" + i, List.of()));
        kit.write(HybridKit.event("plans", "word" + i));
      }
      List<UUID> ids = fill(kit);
      arms = kit.arms("vector,lexical,entity,recency");
      long before = rowsRead(kit);

      for (int i = 0; i < QUERIES; i++) {
        List<Candidates.Candidate> hits = new ArrayList<>();
        for (int k = 0; k < 50; k++) {
          hits.add(new Candidates.Candidate(ids.get(i * 100 + k), 0.2 + 0.001 * k));
        }
        arms.find(query("what does entity " + i + " know of rare" + i, hits));
      }

      // The scope's own count and sample are read once: all nodes and 2,000 more.
      long once = NODES + NODES / 100 + QUERIES + 2000;
      assertThat(rowsRead(kit) - before - once).isLessThan(QUERIES * 600L);
    }
  }

  private static HybridQuery query(String text, List<Candidates.Candidate> hits) {
    return HybridKit.query("plans", text, Viewer.NOBODY, hits, 20);
  }

  private static List<UUID> fill(HybridKit kit) throws SQLException {
    List<HybridKit.Node> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(
          HybridKit.event("plans", "common text number%d rare%d".formatted(i % 40, i % 2000))
              .slots("{\"session_id\":\"s%d\"}".formatted(i / 50)));
      if (i % 100 == 0) {
        nodes.add(HybridKit.event("plans", null).as("entity").titled("Entity " + i / 100));
      }
    }
    return kit.write(nodes);
  }

  private static long rowsRead(HybridKit kit) throws SQLException {
    try (var statement = kit.connection.createStatement()) {
      statement.execute("select pg_stat_force_next_flush()");
      statement.execute("select pg_stat_clear_snapshot()");
      try (var rows =
          statement.executeQuery(
              "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'memory_nodes'")) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
