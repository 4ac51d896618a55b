package io.perdura.batch;

import io.perdura.memory.GenerationBackfill;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/** Embeds one page of nodes after the other, scope by scope, and switches each scope when it is complete. */
@Dependent
@Named("backfillReader")
public class BackfillReader extends AbstractItemReader {
  @Inject private GenerationBackfill backfill;
  @Inject private Apart apart;
  @Inject private JobContext job;

  @Inject
  @BatchProperty(name = "scope")
  private String scope;

  @Inject
  @BatchProperty(name = "page")
  private String pageSize;

  private int limit;
  private Position position;

  /**
   * Where to go on.
   *
   * @param scope the scope that is being embedded, null when the next one is to be looked up
   * @param after the last node that was looked at, null to begin
   */
  record Position(String scope, UUID after) implements Serializable {}

  @Override
  public void open(Serializable checkpoint) throws Exception {
    limit = Integer.parseInt(pageSize);
    if (limit < 1 || limit > 5_000) {
      throw new IllegalArgumentException("page must be between 1 and 5000");
    }
    position = checkpoint instanceof Position stored ? stored : new Position(next(null), null);
  }

  @Override
  public GenerationBackfill.Page readItem() throws Exception {
    if (position.scope() == null || job.getBatchStatus() == BatchStatus.STOPPING) {
      return null;
    }
    String current = position.scope();
    UUID after = position.after();
    GenerationBackfill.Page page = apart.call(() -> backfill.page(current, after, limit));
    if (page.last() == null) {
      apart.call(
          () -> {
            backfill.switchScope(current);
            return null;
          });
      position = new Position(next(current), null);
    } else {
      position = new Position(current, page.last());
    }
    return page;
  }

  @Override
  public Serializable checkpointInfo() {
    return position;
  }

  /** The first scope after {@code done} that is not on the configured generation; only the given one when one was given. */
  private String next(String done) throws Exception {
    if (scope != null && !scope.isBlank()) {
      return done == null ? scope : null;
    }
    List<String> open = apart.call(backfill::scopes);
    return open.stream().filter(name -> done == null || name.compareTo(done) > 0).findFirst().orElse(null);
  }
}
