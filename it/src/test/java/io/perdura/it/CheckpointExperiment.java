package io.perdura.it;

import io.perdura.kernel.Database;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.transaction.Transactional;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/**
 * A job that counts: each item leaves one row, with the number of the transaction that wrote it. A
 * trigger notes the transactions that write checkpoints, see {@link #TABLES}.
 */
final class CheckpointExperiment {
  static final int ITEMS = 30;

  /** Events, for each partition, after which the drain's execution is renewed in this container. */
  static final int RENEW_EVENTS = 40;

  /** Items of a chunk; the same number stands in the job's definition. */
  static final int CHUNK = 5;

  static final String TABLES =
      """
      create table if not exists experiment_effect (mode text, item integer, xid text default pg_current_xact_id()::text);
      create table if not exists experiment_checkpoint (xid text);
      create or replace function experiment_note() returns trigger language plpgsql as $$
      begin
        insert into experiment_checkpoint values (pg_current_xact_id()::text);
        return new;
      end $$;
      create or replace trigger experiment_note after insert or update of checkpointdata on wlpstepthreadinstance
        for each row when (new.checkpointdata is not null) execute function experiment_note();\
      """;

  private CheckpointExperiment() {}

  /** Counts to {@link #ITEMS}; the checkpoint is the next number. */
  @Dependent
  @Named("experimentReader")
  public static class Reader extends AbstractItemReader {
    private int next;

    @Override
    public void open(Serializable checkpoint) {
      next = checkpoint == null ? 0 : (Integer) checkpoint;
    }

    @Override
    public Object readItem() {
      return next < ITEMS ? Integer.valueOf(next++) : null;
    }

    @Override
    public Serializable checkpointInfo() {
      return next;
    }
  }

  /** Leaves the rows in one of three ways, and may fail afterwards, as a dying process would. */
  @Dependent
  @Named("experimentWriter")
  public static class Writer extends AbstractItemWriter {
    @Inject private Outside outside;

    @Resource(lookup = "jdbc/perdura")
    private DataSource containers;

    @Resource(lookup = "jdbc/second")
    private DataSource second;

    @Inject
    @BatchProperty(name = "mode")
    private String mode;

    @Inject
    @BatchProperty(name = "failAt")
    private String failAt;

    @Override
    public void writeItems(List<Object> items) throws Exception {
      switch (mode) {
        case "apart" -> outside.leave(items);
        case "second" -> inside(second, items);
        default -> inside(containers, items);
      }
      if (items.contains(Integer.valueOf(failAt))) {
        throw new IllegalStateException("after the effect, before the checkpoint");
      }
    }

    private void inside(DataSource pool, List<Object> items) throws SQLException {
      try (Connection connection = pool.getConnection()) {
        leave(connection, mode, items);
      }
    }
  }

  /** Suspends the chunk's transaction, as the jobs of the application do. */
  @ApplicationScoped
  public static class Outside {
    @Inject private Database database;

    @Transactional(Transactional.TxType.NOT_SUPPORTED)
    public void leave(List<Object> items) {
      database.transaction(
          "experiment",
          tx -> {
            CheckpointExperiment.leave(tx.connection(), "apart", items);
            return null;
          });
    }
  }

  private static void leave(Connection connection, String mode, List<Object> items)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into experiment_effect (mode, item) values (?, ?)")) {
      for (Object item : items) {
        insert.setString(1, mode);
        insert.setInt(2, (Integer) item);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
