package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A plan made while the outbox was empty must still do when it is full. */
class PlanTest {
  private static final int BLOCKS_ALLOWED = 2_000;

  @Test
  void claimAndSettlementReadLittleHoweverFullTheOutboxIs()
      throws SQLException, InterruptedException {
    try (TestDatabase database = TestDatabase.fresh();
        KeptConnection connection = new KeptConnection(generic(database))) {
      Bench bench =
          new Bench(connection.dataSource())
              .with(Bench.counting("embed_nodes"))
              .with("OUTBOX_BATCH_SIZE", 20);
      bench.execute("vacuum analyze memory_outbox");
      OutboxWorker worker = bench.worker("w/1/00");
      for (int i = 0; i < 8; i++) {
        bench.store("warm-up", "embed_nodes");
        bench.drain(worker);
      }
      bench.execute("create extension pg_stat_statements");
      bench.execute(
          "insert into memory_outbox (scope, commit_id, event_type) select 's' || i %% 300, '%s', 'embed_nodes' from generate_series(1, 60000) i"
              .formatted(bench.commit("s")));
      bench.execute("select pg_stat_statements_reset()");

      List<ClaimedEvent> events = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        events.addAll(worker.claim(Duration.ZERO));
      }
      worker.process(events);

      assertThat(events).hasSize(200);
      assertThat(
              bench.number(
                  "select max((shared_blks_hit + shared_blks_read) / calls) from pg_stat_statements where query like '%with walked%'"))
          .isLessThan(BLOCKS_ALLOWED);
      assertThat(
              bench.number(
                  "select max((shared_blks_hit + shared_blks_read) / calls / 10) from pg_stat_statements where query like '%jsonb_to_recordset%'"))
          .isLessThan(BLOCKS_ALLOWED);
    }
  }

  private static PGSimpleDataSource generic(TestDatabase database) {
    PGSimpleDataSource source = (PGSimpleDataSource) database.dataSource();
    source.setOptions("-c plan_cache_mode=force_generic_plan");
    source.setPrepareThreshold(1);
    return source;
  }
}
